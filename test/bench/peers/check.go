package peers

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"tranship.dev/tranship/test/lab"
)

// Check asks every host from outside which version it serves, and fails unless
// it is the artifact's on all of them. It is how the bench makes sure that
// whoever claims to be done is.
func Check(ctx context.Context, hosts []*lab.Host, version string) error {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	group, ctx := errgroup.WithContext(ctx)
	for _, host := range hosts {
		group.Go(func() error {
			got, err := ask(ctx, &client, "http://"+net.JoinHostPort(host.Address.String(), Port)+"/version")
			if err != nil {
				return fmt.Errorf("%s: %w", host.Name, err)
			}
			if got != version {
				return fmt.Errorf("%s serves version %q, want %q", host.Name, got, version)
			}
			return nil
		})
	}
	return group.Wait()
}

func ask(ctx context.Context, client *http.Client, url string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, body)
	}
	return string(body), err
}
