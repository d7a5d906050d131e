package crash

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"tranship.dev/tranship/api/client"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
)

// worker deploys versions of one component, one after the other, as somebody
// who uses the API and is patient.
type worker struct {
	api       *client.ClientWithResponses
	component string
	random    *rand.Rand
	asked     []Asked
	looked    int // answers that had to be looked for
	repeated  int // requests that were sent again and answered as before
	guided    int
}

func newWorker(url, token, component string, seed uint64) (*worker, error) {
	api, err := newAPI(url, token)
	return &worker{api: api, component: component, random: rand.New(rand.NewPCG(seed, uint64(len(component))))}, err
}

func newAPI(url, token string) (*client.ClientWithResponses, error) {
	return client.NewClientWithResponses(url, client.WithHTTPClient(&http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{}}),
		client.WithRequestEditorFn(func(_ context.Context, r *http.Request) error {
			r.Header.Set("Authorization", "Bearer "+token)
			query := r.URL.Query()
			for name, values := range query {
				if values[0] == "" || values[0] == "0" || values[0] == "false" {
					query.Del(name)
				}
			}
			r.URL.RawQuery = query.Encode()
			return nil
		}))
}

// again is how long a worker waits before it asks once more.
const again = 15 * time.Millisecond

// pause waits; an error when ctx ended.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// run deploys until stop is closed, and takes the last deployment to its end.
func (w *worker) run(ctx context.Context, stop <-chan struct{}) error {
	versions := []string{"1.0.0", "2.0.0", broken}
	for turn := 0; ; turn++ {
		select {
		case <-stop:
			return nil
		default:
		}
		key := fmt.Sprintf("%s/%d", w.component, turn)
		id, err := w.deploy(ctx, key, w.component+"@"+versions[turn%len(versions)])
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		if id == "" {
			continue
		}
		if err := w.follow(ctx, id); err != nil {
			return fmt.Errorf("%s, %s: %w", key, id, err)
		}
	}
}

// deploy plans and asks until there is an answer; "" when the answer was no.
func (w *worker) deploy(ctx context.Context, key, release string) (string, error) {
	for try := 0; ; try++ {
		plan, err := w.api.CreatePlanWithResponse(ctx, client.PlanRequest{Release: release, Environment: site})
		if err == nil && plan.JSON200 == nil && plan.StatusCode() < 500 {
			return "", nil // everything is there already
		}
		if err != nil || plan.JSON200 == nil {
			if err := pause(ctx, again); err != nil {
				return "", err
			}
			continue
		}
		attempt := fmt.Sprintf("%s/%d", key, try)
		id, refused, err := w.ask(ctx, attempt, client.DeploymentRequest{Plan: plan.JSON200.Id, Digest: plan.JSON200.Digest, Change: attempt, Reason: "it is wanted in spite of what was taken back"})
		if err != nil || !refused {
			return id, err
		}
		if err := pause(ctx, again); err != nil {
			return "", err
		}
	}
}

// ask sends one request with one key until it is answered.
func (w *worker) ask(ctx context.Context, key string, request client.DeploymentRequest) (id string, refused bool, err error) {
	w.asked = append(w.asked, Asked{Key: key})
	asked := &w.asked[len(w.asked)-1]
	for {
		said, err := w.api.CreateDeploymentWithResponse(ctx, request, withKey(key))
		switch {
		case err == nil && said.JSON200 != nil:
			asked.ID = said.JSON200.Id
			return asked.ID, false, w.repeat(ctx, key, request, asked.ID)
		case err == nil && said.StatusCode() < 500:
			if problem := said.ApplicationproblemJSONDefault; problem == nil || !strings.Contains(problem.Detail, "idempotency key") {
				return "", true, nil
			}
			w.looked++
			id, err := w.look(ctx, key)
			return id, id == "", err
		}
		if err := pause(ctx, again); err != nil {
			return "", false, err
		}
	}
}

// repeat sends an answered request once more now and then: the answer must be
// the same, or, when the server was killed before it had kept it, that the key
// was used.
func (w *worker) repeat(ctx context.Context, key string, request client.DeploymentRequest, id string) error {
	for w.random.IntN(3) == 0 {
		said, err := w.api.CreateDeploymentWithResponse(ctx, request, withKey(key))
		switch {
		case err == nil && said.JSON200 != nil && said.JSON200.Id == id:
			w.repeated++
			return nil
		case err == nil && said.StatusCode() < 500 && !strings.Contains(string(said.Body), "idempotency key"):
			return fmt.Errorf("asked again with the same key: %s %s", said.Status(), said.Body)
		}
		if err := pause(ctx, again); err != nil {
			return err
		}
	}
	return nil
}

func withKey(key string) client.RequestEditorFn {
	return func(_ context.Context, r *http.Request) error {
		r.Header.Set("Idempotency-Key", key)
		return nil
	}
}

// look finds out whether a request was carried out whose answer was lost.
func (w *worker) look(ctx context.Context, key string) (string, error) {
	for {
		list, err := w.api.ListDeploymentsWithResponse(ctx, &client.ListDeploymentsParams{Component: w.component, Limit: 5})
		if err == nil && list.JSON200 != nil {
			for _, d := range list.JSON200.Items {
				if d.Change == key {
					return d.Id, nil
				}
			}
			return "", nil
		}
		if err := pause(ctx, again); err != nil {
			return "", err
		}
	}
}

// follow waits until a deployment is closed, answers what it asks, and now and
// then ends it before its time.
func (w *worker) follow(ctx context.Context, id string) error {
	state := "not seen"
	cancel := w.random.IntN(12) == 0
	for turn := 0; ; turn++ {
		said, err := w.api.GetDeploymentWithResponse(ctx, id)
		if err == nil && said.JSON200 == nil && said.StatusCode() < 500 {
			return fmt.Errorf("cannot be read: %s %s", said.Status(), said.Body)
		}
		if err == nil && said.JSON200 != nil {
			d := said.JSON200
			state = fmt.Sprintf("%s %+v", d.State, d.Stage)
			switch {
			case d.State == string(deployment.Closed):
				return nil
			case d.State == string(deployment.AwaitingGuidance):
				w.guide(ctx, d, fmt.Sprintf("%s/guide/%d/%d", id, d.Revision, turn))
			case cancel && d.State == string(deployment.Executing):
				_, err := w.api.CancelDeploymentWithResponse(ctx, id, client.CancelDeploymentRequest{Reason: "no longer wanted"}, withKey(fmt.Sprintf("%s/cancel/%d", id, turn)))
				cancel = err != nil
			}
		}
		if err := pause(ctx, 2*again); err != nil {
			return errors.Join(practice.Faultf(practice.Unavailable, "it is still %s", state), err)
		}
	}
}

// guide answers with retry; what failed its acceptance for good is remediated.
// The answer may be refused: a late report may have said what was unknown.
func (w *worker) guide(ctx context.Context, d *client.Deployment, key string) {
	advice := client.Retry
	if d.Stage.Phase == string(deployment.Accept) && d.Stage.Unknown == 0 && d.Stage.Stopped == 0 {
		advice = client.Remediate
	}
	said, err := w.api.GuideDeploymentWithResponse(ctx, d.Id, client.GuideDeploymentRequest{Advice: advice, Reason: "it was looked at"}, withKey(key))
	if err == nil && said.JSON200 != nil {
		w.guided++
	}
}
