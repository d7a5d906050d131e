package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) record() *cobra.Command {
	return group("record", "What happened, sealed", c.recordList(), c.recordExport(), c.recordHead(), c.recordKey())
}

type recordInput struct {
	client.ListEntriesParams
	fromGiven bool
	most      int
}

func (c *console) recordList() *cobra.Command {
	in := recordInput{most: 100}
	cmd := &cobra.Command{
		Use: "list", Short: "List entries of the record", Args: exactly(),
		Long: `List entries of the record, oldest first. Without --subject, --target, --kind and
--from, the last entries are listed.`,
		Example: `  tranship record list --subject deployment/D-12
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
	flags.Int64Var(&in.From, "from", 0, "only from this index on")
	flags.IntVar(&in.most, "limit", in.most, "at most so many; 0: all")
	return cmd
}

func runRecordList(ctx context.Context, c *console, in recordInput) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	if in.Subject == "" && in.Target == "" && len(in.Kind) == 0 && !in.fromGiven && in.most > 0 {
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
			t.row(fmt.Sprint(e.Index), clock(e.Entry.When), e.Entry.Subject, e.Entry.Target, c.outPaint.line(e.Entry), e.Entry.Who.Name)
		}
		t.write(w, "the record has no such entries")
	})
}
