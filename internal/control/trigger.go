package control

import (
	"context"
	"strings"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
)

// The entry of a trigger that fired.
const entryFired = "trigger.fired" // data: journey, wanted; or change, status

func triggerSubject(name string) string { return "trigger/" + name }

// TriggerView is a trigger with what is kept of it.
type TriggerView struct {
	Name     string              `json:"name"`
	Revision int64               `json:"revision"`
	Spec     journey.TriggerSpec `json:"spec"`
	Post     journey.Post        `json:"post"`
	Open     int                 `json:"open"` // journeys of it that have not ended, counted up to 100
	Why      practice.Verdict    `json:"why"`  // what keeps it from firing
}

// Triggers lists the triggers by name.
func (c *Control) Triggers(ctx context.Context, scope practice.Scope, page practice.Page) (list []TriggerView, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		docs, err := tx.Documents(practice.KindTrigger, "", page)
		if err != nil {
			return err
		}
		for _, d := range docs {
			v, err := triggerView(tx, d)
			if err != nil {
				return err
			}
			list = append(list, v)
		}
		return nil
	})
	return list, err
}

// Trigger gives one.
func (c *Control) Trigger(ctx context.Context, scope practice.Scope, name string) (v TriggerView, err error) {
	err = c.Store.View(ctx, scope, func(tx Tx) error {
		d, err := triggerDocument(tx, name)
		if err != nil {
			return err
		}
		v, err = triggerView(tx, d)
		return err
	})
	return v, err
}

func triggerView(tx Tx, d practice.Document) (TriggerView, error) {
	t, err := journey.DecodeTrigger(d)
	if err != nil {
		return TriggerView{}, err
	}
	v := TriggerView{Name: t.Name, Revision: t.Revision, Spec: t.Spec}
	if v.Post, err = tx.Post(t.Name); err != nil {
		return v, err
	}
	open, err := tx.Journeys(journey.Filter{Trigger: t.Name, Open: true}, practice.Page{Limit: practice.DefaultLimit})
	if err != nil {
		return v, err
	}
	v.Open = len(open)
	v.Why, err = mayFire(tx, t)
	return v, err
}

func triggerDocument(tx Tx, name string) (practice.Document, error) {
	d, err := tx.Document(practice.KindTrigger, name)
	if practice.CodeOf(err) == practice.NotFound {
		return d, practice.Faultf(practice.NotFound, "there is no trigger %s", name).WithHint("tranship trigger list lists them").Final()
	}
	return d, err
}

func triggerNamed(tx Tx, name string) (journey.Trigger, error) {
	d, err := triggerDocument(tx, name)
	if err != nil {
		return journey.Trigger{}, err
	}
	return journey.DecodeTrigger(d)
}

// mayFire says whether somebody still answers for what the trigger does.
func mayFire(tx Tx, t journey.Trigger) (practice.Verdict, error) {
	return answered(tx, t.Spec.As, "trigger "+t.Name)
}

// answered says whether somebody still answers for the service account that a
// trigger or a journey, as people name it, acts as.
func answered(tx Tx, account, who string) (practice.Verdict, error) {
	gone := stillHere(tx, practice.Actor{Kind: practice.Account, Name: account})
	reason, told := reasonOf(gone, "service account")
	switch {
	case gone == nil:
		return practice.Pass(), nil
	case !told:
		return practice.Verdict{}, gone
	}
	reason.Message += ", and " + who + " acts as it"
	reason.Who = "whoever may change people"
	reason.How = "name another owner in ServiceAccount " + account + ", and apply it"
	return practice.Hold(reason), nil
}

// eachTrigger gives every trigger, by name.
func eachTrigger(tx Tx, f func(journey.Trigger) error) error {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		docs, err := tx.Documents(practice.KindTrigger, "", page)
		if err != nil {
			return err
		}
		for _, d := range docs {
			t, err := journey.DecodeTrigger(d)
			if err != nil {
				return err
			}
			if err := f(t); err != nil {
				return err
			}
		}
		if len(docs) < page.Limit {
			return nil
		}
		page.After = docs[len(docs)-1].Name
	}
}

// Fire is what somebody wants a trigger to do now.
type Fire struct {
	Component string `json:"component,omitempty" doc:"The component, where the trigger is for several."`
	Version   string `json:"version,omitempty" doc:"The version; by default the newest that is admitted."`
	Release   string `json:"release,omitempty" doc:"The Release document, where the trigger is for several."`
	Reason    string `json:"reason,omitempty" doc:"Why."`
}

// FireTrigger lets a release begin its way now, whatever the trigger waits for
// otherwise. A journey of the same release by the trigger that is under way is
// given instead of a second one.
func (c *Control) FireTrigger(ctx context.Context, scope practice.Scope, by practice.Actor, name string, f Fire) (j journey.Journey, err error) {
	_, err = c.update(ctx, scope, func(w *work) error {
		t, err := triggerNamed(w, name)
		if err != nil {
			return err
		}
		wanted, err := firedFor(t, f)
		if err != nil {
			return err
		}
		cause := by.Name + " fired it"
		if f.Reason != "" {
			cause += ": " + f.Reason
		}
		j, err = begin(w, t, wanted, cause, by)
		return err
	})
	return j, err
}

func firedFor(t journey.Trigger, f Fire) (journey.Wanted, error) {
	if t.Spec.On == journey.OnChange {
		return journey.Wanted{}, practice.Faultf(practice.Refused, "trigger %s begins no journey: it says what became of changes", t.Name).
			WithHint("say it yourself: tranship change confirm CHANGE").Final()
	}
	if t.Spec.Release != "" {
		release := f.Release
		if release == "" {
			release = t.Spec.Release
		}
		if !t.CoversRelease(release) || strings.Contains(release, "*") {
			return journey.Wanted{}, practice.Faultf(practice.Invalid, "release %q is not one that trigger %s is for (%s)", release, t.Name, t.Spec.Release).
				WithHint("name it: tranship trigger fire %s --release NAME", t.Name).Final()
		}
		return journey.Wanted{Release: release}, nil
	}
	component := f.Component
	if component == "" {
		component = t.Spec.Component
	}
	if !t.CoversComponent(component) || strings.Contains(component, "*") {
		return journey.Wanted{}, practice.Faultf(practice.Invalid, "component %q is not one that trigger %s is for (%s)", component, t.Name, t.Spec.Component).
			WithHint("name it: tranship trigger fire %s --component NAME", t.Name).Final()
	}
	if f.Version != "" {
		if err := practice.CheckVersion(f.Version); err != nil {
			return journey.Wanted{}, err
		}
	}
	return journey.Wanted{Component: component, Version: f.Version}, nil
}

// begin lets a journey of a trigger begin, or gives the one of the same release
// that is under way. Refused when nobody answers for the trigger any more.
func begin(w *work, t journey.Trigger, wanted journey.Wanted, cause string, by practice.Actor) (journey.Journey, error) {
	may, err := mayFire(w, t)
	if err != nil {
		return journey.Journey{}, err
	}
	if !may.Open {
		return journey.Journey{}, practice.Faultf(practice.Refused, "trigger %s does not fire: %s", t.Name, may.Reasons[0].Message).WithHint("%s", may.Reasons[0].How).Final()
	}
	fresh := journey.Begin(t, wanted, cause, by, w.now)
	if fresh, _, err = arrange(w, fresh); err != nil {
		return fresh, err
	}
	present, found, err := underWay(w, fresh)
	if err != nil || found {
		return present, err
	}
	j, err := w.AddJourney(fresh)
	if err != nil {
		return j, err
	}
	w.note(practice.Entry{Kind: journey.EntryBegun, Subject: journey.Subject(j.ID), Who: by, Why: cause,
		Data: map[string]any{"trigger": t.Name, "as": j.As.Name, "wanted": wanted.String(), "mode": string(j.Mode), "sum": journeySum(j)}})
	if j.Release != "" {
		noteSet(w, j)
	}
	w.note(practice.Entry{Kind: entryFired, Subject: triggerSubject(t.Name), Who: by, Why: cause, Data: map[string]any{"journey": j.ID, "wanted": wanted.String()}})
	if err := keepPost(w, t.Name, func(p *journey.Post) { p.FiredAt, p.Journey = w.now, j.ID }); err != nil {
		return j, err
	}
	if err := wakeJourney(w, j.ID); err != nil {
		return j, err
	}
	return j, wakeJourneys(w, j.Components())
}

// keepPost changes what is kept of a trigger.
func keepPost(w *work, trigger string, change func(*journey.Post)) error {
	p, err := w.Post(trigger)
	if err != nil {
		return err
	}
	change(&p)
	return w.PutPost(p)
}

// underWay finds an open journey of the same trigger and the same release.
func underWay(tx Tx, fresh journey.Journey) (journey.Journey, bool, error) {
	for page := (practice.Page{Limit: practice.MaxLimit}); ; {
		open, err := tx.Journeys(journey.Filter{Trigger: fresh.Trigger, Open: true}, page)
		if err != nil {
			return journey.Journey{}, false, err
		}
		for _, j := range open {
			before, now := j.Wanted, fresh.Wanted
			before.Until = now.Until
			if fresh.Release != "" && j.Release == fresh.Release || fresh.Release == "" && before == now {
				return j, true, nil
			}
		}
		if len(open) < page.Limit {
			return journey.Journey{}, false, nil
		}
		page.After = open[len(open)-1].ID
	}
}

// versionMoved lets triggers and journeys meet a version that was admitted or withdrawn.
func versionMoved(w *work, by practice.Actor, v library.Version) error {
	if v.State == library.Admitted {
		err := eachTrigger(w, func(t journey.Trigger) error {
			if t.Spec.On != journey.OnPush || !t.CoversComponent(v.Component) {
				return nil
			}
			return ignoreRefusal(w, t, by, func() error {
				_, err := begin(w, t, journey.Wanted{Component: v.Component, Version: v.Version}, versionSubject(v)[len("version/"):]+" was admitted", by)
				return err
			})
		})
		if err != nil {
			return err
		}
	}
	return wakeJourneys(w, []string{v.Component})
}

// releaseApplied lets triggers meet a Release document that was added or changed.
func releaseApplied(w *work, by practice.Actor, d practice.Document) error {
	if d.Kind != practice.KindRelease || d.Removed {
		return nil
	}
	return eachTrigger(w, func(t journey.Trigger) error {
		if t.Spec.On != journey.OnPush || !t.CoversRelease(d.Name) {
			return nil
		}
		return ignoreRefusal(w, t, by, func() error {
			_, err := begin(w, t, journey.Wanted{Release: d.Name}, "release "+d.Name+" was applied", by)
			return err
		})
	})
}

// ignoreRefusal lets what fires a trigger go on though the trigger may not fire;
// the record says why it did not.
func ignoreRefusal(w *work, t journey.Trigger, by practice.Actor, f func() error) error {
	err := f()
	if practice.CodeOf(err) != practice.Refused {
		return err
	}
	w.note(practice.Entry{Kind: "trigger.held", Subject: triggerSubject(t.Name), Who: by, Why: err.Error()})
	return nil
}

// triggerReferences lists what a trigger refers to: patterns refer to nothing.
func triggerReferences(d practice.Document) ([]reference, error) {
	t, err := journey.DecodeTrigger(d)
	refs := []reference{{"spec.as", practice.KindServiceAccount, t.Spec.As}}
	refs = append(refs, optional("spec.model", practice.KindModel, t.Spec.Model)...)
	refs = append(refs, optional("spec.from", practice.KindEnvironment, t.Spec.From)...)
	refs = append(refs, optional("spec.until", practice.KindEnvironment, t.Spec.Until)...)
	if !strings.Contains(t.Spec.Component, "*") {
		refs = append(refs, optional("spec.component", practice.KindComponent, t.Spec.Component)...)
	}
	return refs, err
}

// endSecret lets the secret of a trigger that is taken away count no longer, also
// for a trigger that gets its name later.
func endSecret(w *work, d practice.Document, by practice.Actor) error {
	if d.Kind != practice.KindTrigger {
		return nil
	}
	var generation int
	err := keepPost(w, d.Name, func(p *journey.Post) {
		p.Generation++
		generation = p.Generation
	})
	if err != nil {
		return err
	}
	w.note(practice.Entry{Kind: entryRotated, Subject: triggerSubject(d.Name), Who: by, Why: "the trigger was taken away", Data: map[string]any{"generation": generation}})
	return nil
}
