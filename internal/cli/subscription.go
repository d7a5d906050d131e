package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/cenkalti/backoff/v5"
	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

func (c *console) subscription() *cobra.Command {
	cmd := group("subscription", "Who is told: try a subscription, show its secret", c.subscriptionTest(), c.subscriptionSecret())
	cmd.Aliases = []string{"subscriptions"}
	return cmd
}

func (c *console) subscriptionTest() *cobra.Command {
	return &cobra.Command{
		Use: "test NAME", Short: "Send a trial to the receivers of a subscription", Args: exactly("NAME"),
		Long: `Send a trial to the receivers of a subscription, whatever it asks to be told of, and wait
for the first answer of each. Exit code 1 when one of them has not taken it.

Subscriptions are documents: tranship apply makes them, tranship get Subscription lists them.`,
		RunE: func(cmd *cobra.Command, args []string) error { return runSubscriptionTest(cmd.Context(), c, args[0]) },
	}
}

// trialWait is how long the answers to a trial are waited for.
const trialWait = time.Minute

func runSubscriptionTest(ctx context.Context, c *console, name string) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	made, err := decode[client.ListCommunicationAnnouncement](s.api.TrySubscription(ctx, name, once()))
	if err != nil {
		return err
	}
	var raw []json.RawMessage
	var items []client.CommunicationAnnouncement
	taken := true
	for _, a := range made.Value.Items {
		answered, err := answeredTrial(ctx, s, a.Id)
		if err != nil {
			return err
		}
		raw, items = append(raw, answered.Raw), append(items, answered.Value)
		taken = taken && answered.Value.State == "delivered"
	}
	if err := c.showList(raw, func(w io.Writer) { c.announcements(w, items) }); err != nil {
		return err
	}
	if !taken {
		return outcome(exitError)
	}
	return nil
}

// answeredTrial waits until an announcement was tried once.
func answeredTrial(ctx context.Context, s *session, id string) (reply[client.CommunicationAnnouncement], error) {
	wait := backoff.NewExponentialBackOff()
	wait.InitialInterval, wait.MaxInterval = 50*time.Millisecond, time.Second
	for end := time.Now().Add(trialWait); ; {
		a, err := decode[client.CommunicationAnnouncement](s.api.GetAnnouncement(ctx, id))
		if err != nil || a.Value.Attempts > 0 || time.Now().After(end) {
			return a, err
		}
		select {
		case <-ctx.Done():
			return a, ctx.Err()
		case <-time.After(wait.NextBackOff()):
		}
	}
}

func (c *console) subscriptionSecret() *cobra.Command {
	var rotate bool
	cmd := &cobra.Command{
		Use: "secret NAME", Short: "Show the secret that a subscription's webhooks are signed with", Args: exactly("NAME"),
		Long: `Show the secret that a subscription's webhooks are signed with, as Standard Webhooks write
it. The record says who has looked. With --rotate there is a new one first; for a day,
messages are signed with the one before too, so that receivers can change without a gap.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runSubscriptionSecret(cmd.Context(), c, args[0], rotate)
		},
	}
	cmd.Flags().BoolVar(&rotate, "rotate", false, "make a new one first")
	return cmd
}

func runSubscriptionSecret(ctx context.Context, c *console, name string, rotate bool) error {
	s, err := c.session()
	if err != nil {
		return err
	}
	secret, err := decode[client.SubscriptionSecret](s.api.ShowSubscriptionSecret(ctx, name, client.ShowSubscriptionSecretRequest{Rotate: rotate}))
	if err != nil {
		return err
	}
	return c.show(secret.Raw, func(w io.Writer) {
		fmt.Fprintf(c.err, "secret %d of subscription %s:\n", secret.Value.Generation, secret.Value.Subscription)
		fmt.Fprintln(w, secret.Value.Secret)
	})
}
