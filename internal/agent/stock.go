package agent

import (
	"context"
	"fmt"
	"slices"

	"tranship.dev/tranship/internal/driver/stock"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/drift"
)

// stock looks at what the host is watched for. What is other than the server
// knows is looked at once more: a package may be in the middle of its upgrade.
// What goes wrong is told as what nobody can say.
func (s *sight) stock(ctx context.Context, w drift.Watching) drift.Stock {
	things, digest, err := s.list(ctx, w)
	if err == nil && w.Digest != "" && digest != w.Digest && sleep(ctx, secondLook) {
		things, digest, err = s.list(ctx, w)
	}
	seen := drift.Stock{Of: w.Of, Order: w.Order}
	switch {
	case err != nil:
		seen.CannotSay = clean(cut(err.Error(), maxDetail))
	case digest == w.Digest:
		seen.Digest, seen.Same = digest, true
	default:
		seen.Digest, seen.Things = digest, things
	}
	return seen
}

func (s *sight) list(ctx context.Context, w drift.Watching) (things drift.Things, digest practice.Digest, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("looking for %s failed in the middle: %v", w.Of, r)
		}
	}()
	looking, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	if things, err = (stock.Host{Root: s.a.o.Root}).List(looking, w.Of); err != nil {
		return nil, "", err
	}
	digest, err = things.Digest()
	return things, digest, err
}

// tellsThings says whether a sighting tells the things of a stock one by one.
func tellsThings(seen drift.Sighting) bool {
	return slices.ContainsFunc(seen.Stocks, func(s drift.Stock) bool { return len(s.Things) > 0 })
}
