package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) evidence() *cobra.Command {
	return group("evidence", "Results of tests: what thresholds are judged by", c.evidenceAdd(), c.evidenceList())
}

type evidenceInput struct {
	component, version, junit string
	body                      client.AddEvidenceRequest
}

func (c *console) evidenceAdd() *cobra.Command {
	var in evidenceInput
	cmd := &cobra.Command{
		Use: "add COMPONENT VERSION --suite SUITE", Short: "Send the result of a test suite in", Args: exactly("COMPONENT", "VERSION"),
		Long: `Send the result of a test suite on a version in: as numbers, or as a JUnit XML file, which
nearly every test tool writes. The newest result of a suite counts.`,
		Example: "  tranship evidence add shop 1.0.0 --suite unit --junit report.xml\n  tranship evidence add shop 1.0.0 --suite smoke --environment test --passed 12",
		RunE: func(cmd *cobra.Command, args []string) error {
			in.component, in.version = args[0], args[1]
			return runEvidenceAdd(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.body.Suite, "suite", "", "the name of the suite; thresholds speak of it")
	flags.StringVar(&in.body.Environment, "environment", "", "where the tests ran; by default the result counts for every environment")
	flags.Int64Var(&in.body.Passed, "passed", 0, "how many tests passed")
	flags.Int64Var(&in.body.Failed, "failed", 0, "how many failed")
	flags.Int64Var(&in.body.Skipped, "skipped", 0, "how many were not run")
	flags.Float64Var(&in.body.Coverage, "coverage", 0, "the share of the code that was run, 0 to 1")
	flags.StringVar(&in.body.Url, "url", "", "where the whole result is seen")
	flags.StringVar(&in.junit, "junit", "", "a JUnit XML file to take the numbers from")
	return cmd
}

func runEvidenceAdd(ctx context.Context, c *console, in evidenceInput) error {
	if in.body.Suite == "" {
		return misuse("no suite is given").WithHint("name it with --suite")
	}
	if in.junit != "" {
		if in.body.Passed+in.body.Failed+in.body.Skipped > 0 {
			return misuse("the numbers are given twice: by --junit and by themselves")
		}
		file, err := os.Open(in.junit)
		if err != nil {
			return misuse("--junit: %v", err)
		}
		defer file.Close()
		result, err := readJUnit(file)
		if err != nil {
			return misuse("%s is no JUnit XML file: %v", in.junit, err)
		}
		in.body.Passed, in.body.Failed, in.body.Skipped, in.body.At = result.passed, result.failed, result.skipped, result.at
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	e, err := decode[client.LibraryEvidence](s.api.AddEvidence(ctx, in.component, in.version, in.body, once()))
	if err != nil {
		return err
	}
	return c.show(e.Raw, func(io.Writer) {
		c.say("%s: %s %s, suite %s: %s", e.Value.Id, e.Value.Component, e.Value.Version, e.Value.Suite, resultOf(e.Value))
	})
}

func resultOf(e client.LibraryEvidence) string {
	text := fmt.Sprintf("%d passed, %d failed", e.Passed, e.Failed)
	if e.Skipped > 0 {
		text += fmt.Sprintf(", %d skipped", e.Skipped)
	}
	return text
}

func (c *console) evidenceList() *cobra.Command {
	most := 30
	cmd := &cobra.Command{
		Use: "list [COMPONENT [VERSION]]", Short: "List results, the last received first", Args: between(0, 2, "COMPONENT", "VERSION"),
		RunE: func(cmd *cobra.Command, args []string) error {
			args = append(args, "", "")
			return runEvidenceList(cmd.Context(), c, client.ListEvidenceParams{Component: args[0], Version: args[1]}, most)
		},
	}
	cmd.Flags().IntVar(&most, "limit", most, "at most so many; 0: all")
	return cmd
}

func runEvidenceList(ctx context.Context, c *console, in client.ListEvidenceParams, most int) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.LibraryEvidence](most, func(cursor string, limit int64) (*http.Response, error) {
		in.Cursor, in.Limit = cursor, limit
		return s.api.ListEvidence(ctx, &in)
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("EVIDENCE", "COMPONENT", "VERSION", "SUITE", "ENVIRONMENT", "RESULT", "AT", "BY")
		for _, e := range all.Items {
			t.row(e.Id, e.Component, e.Version, e.Suite, e.Environment, resultOf(e), clock(e.At), e.By.Name)
		}
		t.write(w, "there are no such results")
	})
}
