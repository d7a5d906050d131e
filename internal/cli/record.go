package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) record() *cobra.Command {
	return group("record", "What happened, sealed", c.recordList(), c.recordShow(), c.recordExport(), c.recordHead(), c.recordKey())
}

type recordInput struct {
	client.ListEntriesParams
	fromGiven    bool
	most         int
	since, until string
}

// last says whether nothing is asked for but the end of the record.
func (in recordInput) last() bool {
	chosen := in.Subject + in.Target + in.Text + in.since + in.until
	return chosen == "" && len(in.Kind)+len(in.Environment)+len(in.Component)+len(in.Who)+len(in.About)+len(in.Aside) == 0 && !in.fromGiven && !in.Newest && in.most > 0
}

func (c *console) recordList() *cobra.Command {
	in := recordInput{most: 100}
	cmd := &cobra.Command{
		Use: "list", Short: "List entries of the record", Args: exactly(),
		Long: `List entries of the record, oldest first. Without anything that chooses among them, the
last entries are listed.

--text finds entries that hold all of the words, wherever they stand: in what happened,
about what, by whom, why, and in all else that was recorded. gate-hel-014 is found by
gate-hel and by 014; a word that no entry has finds those that begin so.`,
		Example: `  tranship record list --text "CHG-9999" --newest
  tranship record list --environment live --since -24h --who anna
  tranship record list --newest --aside session
  tranship record list --about account,session,token --since -24h
  tranship record list --subject deployment/D-12
  tranship record list --subject version/web@1.4.0
  tranship record list --subject document/Model/web`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.fromGiven = cmd.Flags().Changed("from")
			return runRecordList(cmd.Context(), c, in)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&in.Subject, "subject", "", "only about this: deployment/D-12, version/web@1.4.0, document/Model/web")
	flags.StringVar(&in.Target, "target", "", "only about this target")
	flags.StringSliceVar(&in.Kind, "kind", nil, "only of these kinds")
	flags.StringSliceVar(&in.About, "about", nil, "only about subjects of these kinds: deployment, version, document, account, session, agent, drift")
	flags.StringSliceVar(&in.Aside, "aside", nil, "leave out what is about subjects of these kinds: session leaves out who signed in and out")
	flags.StringVar(&in.Text, "text", "", "only with all of these words")
	flags.StringSliceVar(&in.Environment, "environment", nil, "only about these environments")
	flags.StringSliceVar(&in.Component, "component", nil, "only about these components")
	flags.StringSliceVar(&in.Who, "who", nil, "only what these did")
	flags.StringVar(&in.since, "since", "", `only from then on: "2026-11-17 14:00", -2h`)
	flags.StringVar(&in.until, "until", "", "only before then")
	flags.BoolVar(&in.Newest, "newest", false, "the newest first")
	flags.Int64Var(&in.From, "from", 0, "only from this index on")
	flags.IntVar(&in.most, "limit", in.most, "at most so many; 0: all")
	return cmd
}

func runRecordList(ctx context.Context, c *console, in recordInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	for _, time := range []struct {
		said string
		to   *time.Time
	}{{in.since, &in.Since}, {in.until, &in.Until}} {
		if time.said == "" {
			continue
		}
		if *time.to, err = moment(time.said, c.Now()); err != nil {
			return err
		}
	}
	if in.last() {
		head, err := decode[client.SignedHead](s.api.GetRecordHead(ctx))
		if err != nil {
			return err
		}
		in.From = max(0, head.Value.Head.Size-int64(in.most))
	}
	all, err := s.entries(ctx, in.ListEntriesParams, in.most)
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("INDEX", "TIME", "SUBJECT", "TARGET", "WHAT", "WHO")
		for _, e := range all.Items {
			t.row(fmt.Sprint(e.Index), clock(e.Entry.When), e.Entry.Subject, rowOf(e.Entry), c.outPaint.line(e.Entry), e.Entry.Who.Name)
		}
		t.write(w, "the record has no such entries")
	})
}
