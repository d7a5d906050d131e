package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) person() *cobra.Command {
	cmd := group("person", "Who signs in with a browser, and the sessions of those who have",
		c.personInvite(), c.personPassword(), c.personList(), c.personSet(), c.personSessions(), c.personSignOut())
	cmd.Aliases = []string{"people", "persons"}
	return cmd
}

type inviteInput struct{ person, role, valid string }

func (c *console) personInvite() *cobra.Command {
	var in inviteInput
	cmd := &cobra.Command{
		Use: "invite PERSON", Short: "Make a code with which a person signs in once, and chooses a password", Args: exactly("PERSON"),
		Long: `Make a code with which a person signs in once, in a browser or with
tranship login --code, and chooses a password. The code alone is printed to the
output, this once; give it to the person and to nobody else. It replaces one that
was made before.

--role says what the person may do when signed in; it is needed the first time.`,
		Example: "  tranship person invite anna --role practitioner",
		RunE: func(cmd *cobra.Command, args []string) error {
			in.person = args[0]
			return runPersonInvite(cmd.Context(), c, in)
		},
	}
	cmd.Flags().StringVar(&in.role, "role", "", "administrator, manager, practitioner, approver, integrator or viewer")
	cmd.Flags().StringVar(&in.valid, "valid", "", "how long the code is good (2h, 3d); a day when absent")
	return cmd
}

func runPersonInvite(ctx context.Context, c *console, in inviteInput) error {
	body := client.CreateCodeRequest{Role: client.CreateCodeRequestRole(in.role)}
	if in.role != "" && !body.Role.Valid() {
		return noRole(in.role)
	}
	if in.valid != "" {
		valid, err := length(in.valid)
		if err != nil || valid < time.Minute {
			return misuse("--valid %q is not a length like 2h or 3d", in.valid)
		}
		body.Seconds = int64(valid / time.Second)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	made, err := decode[client.NewCode](s.api.CreateCode(ctx, in.person, body))
	if err != nil {
		return err
	}
	return c.show(made.Raw, func(w io.Writer) {
		v := made.Value
		fmt.Fprintf(c.err, "code for %s as %s, good once until %s; it is shown this once:\n", v.Person, v.Role, clock(v.CodeUntil))
		fmt.Fprintln(w, v.Code)
		fmt.Fprintf(c.err, "in a browser: %s%s\n", s.URL, v.Path)
	})
}

func noRole(role string) error {
	return misuse("%q is no role", role).WithHint("the roles are administrator, manager, practitioner, approver, integrator, viewer")
}

func (c *console) personList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List who can sign in", Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return runPersonList(cmd.Context(), c) },
	}
}

func runPersonList(ctx context.Context, c *console) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	all, err := every[client.AccountView](0, func(cursor string, limit int64) (*http.Response, error) {
		return s.api.ListAccounts(ctx, &client.ListAccountsParams{Cursor: cursor, Limit: limit})
	})
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("PERSON", "ROLE", "STATE", "PASSWORD", "CODE UNTIL", "CODE BY")
		for _, a := range all.Items {
			state := "open"
			if a.Closed {
				state = "closed"
			}
			t.row(a.Person, a.Role, c.outPaint.state(state), clock(a.PasswordAt), clock(a.CodeUntil), a.CodeBy.Name)
		}
		t.write(w, "nobody can sign in; begin with: tranship person invite NAME --role ROLE")
	})
}

type accountInput struct {
	person, role, reason string
	closed               bool
}

func (c *console) personSet() *cobra.Command {
	var in accountInput
	cmd := &cobra.Command{
		Use: "set PERSON --role ROLE | --close", Short: "Say what a person may do when signed in, or let them in no more", Args: exactly("PERSON"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in.person = args[0]
			return runPersonSet(cmd.Context(), c, in)
		},
	}
	cmd.Flags().StringVar(&in.role, "role", "", "administrator, manager, practitioner, approver, integrator or viewer")
	cmd.Flags().BoolVar(&in.closed, "close", false, "forget the password and end all sessions; tokens stay")
	cmd.Flags().StringVar(&in.reason, "reason", "", "why")
	return cmd
}

func runPersonSet(ctx context.Context, c *console, in accountInput) error {
	body := client.SetAccountRequest{Role: client.SetAccountRequestRole(in.role), Closed: in.closed, Reason: in.reason}
	switch {
	case (in.role == "") != in.closed:
		return misuse("either --role or --close is needed")
	case in.role != "" && !body.Role.Valid():
		return noRole(in.role)
	}
	s, err := c.session()
	if err != nil {
		return err
	}
	a, err := decode[client.AccountView](s.api.SetAccount(ctx, in.person, body))
	if err != nil {
		return err
	}
	return c.show(a.Raw, func(io.Writer) {
		if a.Value.Closed {
			c.say("%s can sign in no more", a.Value.Person)
			return
		}
		c.say("%s is %s when signed in", a.Value.Person, a.Value.Role)
	})
}
