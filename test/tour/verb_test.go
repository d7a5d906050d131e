package tour_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// exitVerb demands an exit code: exit CODE COMMAND [ARGUMENT...].
func exitVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exit CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if ended, is := errors.AsType[*exec.ExitError](err); is {
		got = ended.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%s ended with exit code %d, want %d", strings.Join(args[1:], " "), got, want)
	}
}

// awaitVerb runs a command until its output matches: await PATTERN COMMAND
// [ARGUMENT...]. It gives up after half a minute.
func awaitVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await PATTERN COMMAND [ARGUMENT...]")
	}
	pattern, err := regexp.Compile("(?m)" + args[0])
	ts.Check(err)
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		_ = ts.Exec(args[1], args[2:]...)
		if pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s never said %s", strings.Join(args[1:], " "), args[0])
		}
	}
}

// asVerb changes whom the commands that follow act for: as ROLE makes a token of
// that role for a person one-ROLE, as admin goes back.
func asVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: as ROLE|admin")
	}
	ts.Setenv("TRANSHIP_TOKEN", ts.Getenv("ADMIN"))
	if args[0] == "admin" {
		return
	}
	name := "one-" + args[0]
	file := ts.MkAbs(name + ".yaml")
	ts.Check(os.WriteFile(file, []byte("apiVersion: tranship.dev/v1\nkind: Person\nmetadata: {name: "+name+"}\nspec: {}\n"), 0o644))
	ts.Check(ts.Exec("tranship", "apply", "-f", file, "--yes"))
	ts.Check(ts.Exec("sh", "-c", "tranship person invite "+name+" --role "+args[0]+" | tranship token redeem --name "+args[0]+"-token"))
	ts.Setenv("TRANSHIP_TOKEN", strings.TrimSpace(ts.ReadFile("stdout")))
}

// keepVerb keeps what a pattern's group finds in the last output as a variable:
// keep NAME PATTERN.
func keepVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: keep NAME PATTERN")
	}
	pattern, err := regexp.Compile("(?m)" + args[1])
	ts.Check(err)
	found := pattern.FindStringSubmatch(ts.ReadFile("stdout"))
	if len(found) != 2 {
		ts.Fatalf("%s is not in the output", args[1])
	}
	ts.Setenv(args[0], found[1])
}

// flipVerb changes one bit in the middle of a file: flip FILE.
func flipVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FILE")
	}
	file := ts.MkAbs(args[0])
	raw, err := os.ReadFile(file)
	ts.Check(err)
	raw[len(raw)/2] ^= 1
	ts.Check(os.Chmod(file, 0o600))
	ts.Check(os.WriteFile(file, raw, 0o600))
}

// editVerb replaces text that must be there once: edit FILE OLD NEW.
func editVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	file := ts.MkAbs(args[0])
	raw, err := os.ReadFile(file)
	ts.Check(err)
	if count := strings.Count(string(raw), args[1]); count != 1 {
		ts.Fatalf("%q is in %s %d times, want once", args[1], args[0], count)
	}
	ts.Check(os.WriteFile(file, []byte(strings.Replace(string(raw), args[1], args[2], 1)), 0o600))
}

// sqlVerb changes the database of a stopped server behind its back: sql STATEMENT.
// The statement must change exactly one row.
func sqlVerb(ts *testscript.TestScript, neg bool, args []string) {
	w := worldOf(ts)
	if neg || len(args) != 1 || w.server != nil {
		ts.Fatalf("usage: sql STATEMENT, while the server is stopped")
	}
	db, err := sql.Open("sqlite", filepath.Join(w.dir, "tranship.db"))
	ts.Check(err)
	defer db.Close()
	done, err := db.Exec(args[0])
	ts.Check(err)
	if n, err := done.RowsAffected(); err != nil || n != 1 {
		ts.Fatalf("%s changed %d rows (%v), want one", args[0], n, err)
	}
}

// jsonVerb demands that the last output is JSON: one value, or one on each line.
func jsonVerb(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: json")
	}
	d := json.NewDecoder(strings.NewReader(ts.ReadFile("stdout")))
	for n := 0; ; n++ {
		var v any
		err := d.Decode(&v)
		if errors.Is(err, io.EOF) && n > 0 {
			return
		}
		if err != nil {
			ts.Fatalf("value %d of the output is no JSON: %v", n+1, err)
		}
	}
}
