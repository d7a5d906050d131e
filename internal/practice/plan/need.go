package plan

import (
	"slices"

	"tranship.dev/tranship/internal/practice/library"
)

// need is an item that another one needs.
type need struct {
	item    int      // by index
	through []string // what stands in the environment between them, "db@1.2" each; nil: the item itself names it
}

// needsOf gives for each item those of the release that it needs: what it depends
// on, and what that depends on in turn where it stands in the environment. What an
// item needs of itself through others is no order, and left out.
func needsOf(items []Item, present []Abiding) [][]need {
	standing := make(map[string]Abiding, len(present))
	for _, a := range present {
		standing[a.Component] = a
	}
	needs := make([][]need, len(items))
	for i := range items {
		t := tracer{items: items, standing: standing, of: i, seen: map[string]bool{}}
		t.follow(items[i].DependsOn, nil)
		needs[i] = t.found
	}
	return needs
}

// Ranks gives the order in which items are best put in place, where each goes by
// itself: one that needs others has a higher rank. What needs each other in a
// circle has no order, and some rank.
func Ranks(items []Item, present []Abiding) []int {
	needs, ranks := needsOf(items, present), make([]int, len(items))
	for range items {
		for i := range items {
			for _, n := range needs[i] {
				ranks[i] = max(ranks[i], min(ranks[n.item]+1, len(items)-1))
			}
		}
	}
	return ranks
}

// tracer follows what one item depends on.
type tracer struct {
	items    []Item
	standing map[string]Abiding
	of       int
	seen     map[string]bool // versions that stand there: each is followed once
	found    []need
}

// follow goes on from dependencies that hold. Of what stands there, the versions
// that will do are asked what they need.
func (t *tracer) follow(dependsOn []library.Dependency, through []string) {
	for _, d := range dependsOn {
		if at := slices.IndexFunc(t.items, func(i Item) bool { return i.Component == d.Component }); at >= 0 {
			if at != t.of || len(through) == 0 {
				t.found = append(t.found, need{item: at, through: through})
			}
			continue
		}
		a := t.standing[d.Component]
		for _, version := range a.Versions {
			name := a.Component + "@" + version
			if t.seen[name] || !d.Satisfied(version) {
				continue
			}
			t.seen[name] = true
			t.follow(library.Holding(a.DependsOn, version), append(slices.Clone(through), name))
		}
	}
}

// bareItems gives the items of the input with what they are and depend on, and no more.
func (in Input) bareItems() []Item {
	items := make([]Item, len(in.Items))
	for i, item := range in.Items {
		items[i] = Item{Component: item.Component.Name, Version: item.Version.Version,
			DependsOn: library.Holding(item.Component.Spec.DependsOn, item.Version.Version)}
	}
	return items
}
