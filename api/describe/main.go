// Command describe writes the API's OpenAPI description: as 3.1 to the first
// file, and as 3.0 for generators that know no better to the second.
package main

import (
	"fmt"
	"os"

	"tranship.dev/tranship/internal/httpapi"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: describe FILE OLDER-FILE")
		os.Exit(2)
	}
	for i, file := range os.Args[1:] {
		if err := write(file, i == 1); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func write(file string, older bool) error {
	raw, err := httpapi.Description("v1", older)
	if err != nil {
		return err
	}
	return os.WriteFile(file, raw, 0o644) //nolint:gosec // a page of the repository
}
