package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) role() *cobra.Command {
	cmd := group("role", "What people and tokens may do, by their role", c.roleList(), c.roleShow())
	cmd.Aliases = []string{"roles"}
	return cmd
}

func (c *console) roleList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the roles, what each allows, and who has it", Args: exactly(),
		Long: `List the roles, what each allows, and how many people and tokens have it. A role holds
in every environment; who may approve what is said by groups and policies. Everybody is
told who can give roles.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return runRoleList(cmd.Context(), c) },
	}
}

// roles asks for all roles; they come as one page.
func (c *console) roles(ctx context.Context) (list[client.RoleView], error) {
	s, err := c.session()
	if err != nil {
		return list[client.RoleView]{}, err
	}
	return every[client.RoleView](0, func(string, int64) (*http.Response, error) { return s.api.ListRoles(ctx) })
}

func runRoleList(ctx context.Context, c *console) error {
	all, err := c.roles(ctx)
	if err != nil {
		return err
	}
	return c.showList(all.Raw, func(w io.Writer) {
		t := c.table("ROLE", "WHO HAS IT", "PEOPLE", "TOKENS", "MAY")
		for _, r := range all.Items {
			t.row(r.Role, r.About, fmt.Sprint(r.People), fmt.Sprint(r.Tokens), strings.Join(allowed(r), " "))
		}
		t.write(w, "there are no roles")
	})
}

func allowed(r client.RoleView) []string {
	names := make([]string, len(r.Allows))
	for i, right := range r.Allows {
		names[i] = right.Action
	}
	return names
}

func (c *console) roleShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ROLE", Short: "Show what a role allows, and who has it", Args: exactly("ROLE"),
		RunE: func(cmd *cobra.Command, args []string) error { return runRoleShow(cmd.Context(), c, args[0]) },
	}
}

func runRoleShow(ctx context.Context, c *console, name string) error {
	all, err := c.roles(ctx)
	if err != nil {
		return err
	}
	place := slices.IndexFunc(all.Items, func(r client.RoleView) bool { return r.Role == name })
	if place < 0 {
		return noRole(name)
	}
	r := all.Items[place]
	return c.show(all.Raw[place], func(w io.Writer) {
		c.sheet(w, "role", r.Role, "who has it", r.About, "people", peopleOf(r), "tokens", fmt.Sprint(r.Tokens))
		fmt.Fprintln(w)
		t := c.table("MAY", "WHICH MEANS")
		for _, right := range r.Allows {
			t.row(right.Action, right.About)
		}
		t.write(w, "it allows nothing")
	})
}

// peopleOf counts who has a role, and names those whom the server names.
func peopleOf(r client.RoleView) string {
	if len(r.Names) == 0 {
		return fmt.Sprint(r.People)
	}
	text := fmt.Sprintf("%d: %s", r.People, strings.Join(r.Names, ", "))
	if more := int(r.People) - len(r.Names); more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
