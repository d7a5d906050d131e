package deployment

import (
	"fmt"
	"strings"
)

// toldLost is how many steps that cannot be undone are named in a sentence.
const toldLost = 3

// irretrievable says what bringing back what was before does not undo; empty: nothing.
func (d Deployment) irretrievable() string {
	list := d.Header.Irreversible
	if len(list) == 0 {
		return ""
	}
	words := make([]string, 0, toldLost+1)
	for i, one := range list {
		if i == toldLost {
			words = append(words, fmt.Sprintf("%d more", len(list)-toldLost))
			break
		}
		words = append(words, one.Words())
	}
	return "does not undo " + strings.Join(words, ", nor ")
}
