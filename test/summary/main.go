// Summary reads what `go test -json` writes and says it in a page: a line for
// each package as it ends, all that a failed test printed, every skipped test
// with its reason, and how many passed, failed and were skipped.
//
//	go test -json ./... | summary [-allow FILE] [-strict]
//	summary -brief [-allow FILE] [-strict] FILE...
//
// It exits 1 if a test failed or did not end, if a package did not build, or
// if no test ran at all; with -strict also if a test was skipped that is not
// in the list of FILE. A test counts once however often it ran: a run that
// passed makes up for one that was skipped, and nothing makes up for a failure.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	allow := flag.String("allow", "", "file that lists the tests that may be skipped, with reasons")
	strict := flag.Bool("strict", false, "a skipped test that is not in the list is a failure")
	brief := flag.Bool("brief", false, "only the skipped tests and the closing line")
	flag.Parse()
	ok, err := run(os.Stdout, os.Stdin, flag.Args(), *allow, *strict, *brief)
	if err != nil {
		fmt.Fprintln(os.Stderr, "summary:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run reads the files, or in if there are none, and reports to out. It gives
// false if the tests are not as they must be, and an error if it cannot tell.
func run(out io.Writer, in io.Reader, files []string, allow string, strict, brief bool) (bool, error) {
	allowed, err := readAllowed(allow)
	if err != nil {
		return false, err
	}
	readers := []io.Reader{in}
	if len(files) > 0 {
		readers = nil
		for _, name := range files {
			file, err := os.Open(name)
			if err != nil {
				return false, err
			}
			defer file.Close()
			readers = append(readers, file)
		}
	}
	progress := out
	if brief {
		progress = io.Discard
	}
	r := newReport(progress)
	for _, reader := range readers {
		if err := r.read(reader); err != nil {
			return false, err
		}
	}
	return r.close(out, allowed, strict), nil
}
