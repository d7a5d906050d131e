// Package crash kills servers and agents while deployments run, and judges what
// is left by a ledger that no part of Tranship knows: every command of a step
// writes there when it begins and when it ends.
package crash

import (
	"fmt"
	"os"
	"strings"
)

// Effect is what one run of a step's command left in the ledger.
type Effect struct {
	Order, Deployment, Target, Step string
	Begun, Ended                    int // how often; an effect is there from its begin
}

// ticket names what may happen once: one step of one order.
type ticket struct{ order, step string }

// command is the argv of a step that appends to the ledger. One write makes a
// line, so that it is there whole or not at all; a kill loses nothing that was
// written. The pause gives kills the time to come in between.
func command(ledger, step, pause string) string {
	line := `"$TRANSHIP_ORDER ${deployment} ${target.name} ` + step + `"`
	return fmt.Sprintf(`[sh, -c, 'echo begin %[1]s >> %[2]s; sleep %[3]s; echo end %[1]s >> %[2]s']`, line, ledger, pause)
}

// readLedger gives the effects of a ledger by ticket.
func readLedger(file string) (map[ticket]*Effect, error) {
	raw, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return map[ticket]*Effect{}, nil
	}
	if err != nil {
		return nil, err
	}
	return parseLedger(string(raw))
}

func parseLedger(text string) (map[ticket]*Effect, error) {
	effects := map[ticket]*Effect{}
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		if line == "" {
			continue
		}
		words := strings.Fields(line)
		if len(words) != 5 || words[0] != "begin" && words[0] != "end" {
			return nil, fmt.Errorf("line %d of the ledger cannot be read: %q", number+1, line)
		}
		key := ticket{words[1], words[4]}
		e := effects[key]
		if e == nil {
			e = &Effect{Order: words[1], Deployment: words[2], Target: words[3], Step: words[4]}
			effects[key] = e
		}
		if words[0] == "begin" {
			e.Begun++
		} else {
			e.Ended++
		}
	}
	return effects, nil
}
