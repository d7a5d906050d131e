package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// event is one line of `go test -json`; the names are those of test2json.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of what is being built
	Test        string
	Output      string
	Elapsed     float64 // seconds
	FailedBuild string
}

// test is a test, subtest or example of a package.
type test struct{ pkg, name string }

func (t test) String() string { return t.pkg + " " + t.name }

// outcomes, the strongest last.
const (
	begun   = "run"
	skipped = "skip"
	passed  = "pass"
	failed  = "fail"
)

var strength = map[string]int{"": 0, begun: 1, skipped: 2, passed: 3, failed: 4}

// report gathers the events of one or several runs.
type report struct {
	progress io.Writer
	outcome  map[test]string
	parent   map[test]bool     // has subtests
	printed  map[test][]string // what a test printed, until it passes
	why      map[test]string   // of a skip
	building map[string][]string
	broken   []string // packages that failed with no test to blame
}

func newReport(progress io.Writer) *report {
	return &report{
		progress: progress, outcome: map[test]string{}, parent: map[test]bool{},
		printed: map[test][]string{}, why: map[test]string{}, building: map[string][]string{},
	}
}

// read takes in one run. A line that is not JSON is shown as it is: the go
// command says there what kept it from running a test at all.
func (r *report) read(in io.Reader) error {
	running := map[test]bool{}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		if text := strings.TrimSpace(line); text != "" {
			var e event
			if json.Unmarshal([]byte(text), &e) != nil {
				fmt.Fprintln(r.progress, text)
			} else {
				r.take(e, running)
			}
		}
		if err == io.EOF {
			r.abandon(running, "")
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) take(e event, running map[test]bool) {
	t := test{e.Package, e.Test}
	switch {
	case e.Action == "build-output":
		r.building[e.ImportPath] = append(r.building[e.ImportPath], e.Output)
	case e.Action == "output":
		r.printed[t] = append(r.printed[t], e.Output)
	case e.Test == "" && e.Action == "start":
		running[t] = true
	case e.Test == "":
		r.endPackage(e, running)
	case e.Action == begun:
		running[t] = true
		delete(r.printed, t)
		for name := e.Test; strings.Contains(name, "/"); {
			name = name[:strings.LastIndex(name, "/")]
			r.parent[test{e.Package, name}] = true
		}
	case e.Action == passed, e.Action == failed, e.Action == skipped:
		delete(running, t)
		r.end(t, e.Action)
	}
}

// end notes how a test ended, and shows what a failed one printed.
func (r *report) end(t test, outcome string) {
	output := r.printed[t]
	delete(r.printed, t)
	if strength[outcome] > strength[r.outcome[t]] {
		r.outcome[t] = outcome
	}
	switch outcome {
	case failed:
		fmt.Fprintf(r.progress, "FAIL %s\n%s", t, strings.Join(output, ""))
	case skipped:
		r.why[t] = reason(output)
	}
}

// reason is what a skipped test said, without the lines that frame it.
func reason(output []string) string {
	var said []string
	for _, line := range output {
		text := strings.TrimSpace(line)
		if text != "" && !strings.HasPrefix(text, "=== ") && !strings.HasPrefix(text, "--- ") {
			said = append(said, text)
		}
	}
	if len(said) == 0 {
		return "no reason given"
	}
	return strings.Join(said, " ")
}

// endPackage closes a package. What still ran in it was cut off by a panic, a
// timeout or an exit. A failure that no test accounts for counts by itself: a
// race found after the tests, a TestMain, a build.
func (r *report) endPackage(e event, running map[test]bool) {
	whole := test{pkg: e.Package}
	output := r.printed[whole]
	switch e.Action {
	case passed:
		fmt.Fprintf(r.progress, "ok   %s %.1f s\n", e.Package, e.Elapsed)
	case failed:
		delete(running, whole)
		cut := r.abandon(running, e.Package)
		fmt.Fprintf(r.progress, "FAIL %s %.1f s\n", e.Package, e.Elapsed)
		if e.FailedBuild != "" {
			output = append(r.building[e.FailedBuild], output...)
		}
		if cut == 0 && r.failuresOf(e.Package) == 0 {
			r.broken = append(r.broken, e.Package)
			fmt.Fprint(r.progress, strings.Join(output, ""))
		}
	case skipped: // it has no tests
	default:
		return // more of it follows
	}
	delete(r.printed, whole)
	delete(running, whole)
}

// abandon counts as failed what of a package, or of all for "", began and never
// ended, and gives the number.
func (r *report) abandon(running map[test]bool, pkg string) int {
	count := 0
	for t := range running {
		if pkg == "" || t.pkg == pkg {
			delete(running, t)
			count++
			if t.name == "" {
				r.broken = append(r.broken, t.pkg)
				continue
			}
			r.printed[t] = append(r.printed[t], "it began and did not end\n")
			r.end(t, failed)
		}
	}
	return count
}

func (r *report) failuresOf(pkg string) int {
	count := 0
	for t, outcome := range r.outcome {
		if t.pkg == pkg && outcome == failed {
			count++
		}
	}
	return count
}

// counted gives the tests that count: those without subtests, and of the
// others those that failed while all their subtests passed.
func (r *report) counted() map[string][]test {
	inChild := map[test]bool{}
	for t, outcome := range r.outcome {
		if outcome != failed {
			continue
		}
		for name := t.name; strings.Contains(name, "/"); {
			name = name[:strings.LastIndex(name, "/")]
			inChild[test{t.pkg, name}] = true
		}
	}
	by := map[string][]test{}
	for _, t := range slices.SortedFunc(maps.Keys(r.outcome), func(a, b test) int { return strings.Compare(a.String(), b.String()) }) {
		outcome := r.outcome[t]
		if r.parent[t] && (outcome != failed || inChild[t]) {
			continue
		}
		by[outcome] = append(by[outcome], t)
	}
	return by
}

// close writes the skipped tests and the closing line, and says whether all
// is as it must be.
func (r *report) close(out io.Writer, allowed allowance, strict bool) bool {
	by := r.counted()
	refused := 0
	for _, t := range by[skipped] {
		switch because, in := allowed[t]; {
		case in:
			fmt.Fprintf(out, "skip %s: %s (allowed: %s)\n", t, r.why[t], because)
		case strict:
			refused++
			fmt.Fprintf(out, "skip %s: %s (NOT ALLOWED)\n", t, r.why[t])
		default:
			fmt.Fprintf(out, "skip %s: %s\n", t, r.why[t])
		}
	}
	for _, t := range by[failed] {
		fmt.Fprintf(out, "failed: %s\n", t)
	}
	for _, pkg := range r.broken {
		fmt.Fprintf(out, "failed: %s as a whole\n", pkg)
	}
	if refused > 0 {
		fmt.Fprintf(out, "%d skipped without leave\n", refused)
	}
	failures := len(by[failed]) + len(r.broken)
	if failures == 0 && len(by[passed]) == 0 {
		fmt.Fprintln(out, "no test ran")
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", len(by[passed]), failures, len(by[skipped]))
	return failures == 0 && refused == 0 && len(by[passed]) > 0
}
