package communication

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"tranship.dev/tranship/internal/practice"
)

// SpecVersion is the version of CDEvents whose types are used.
const SpecVersion = "0.5.1"

// CloudEvent is a CDEvent in the JSON form of CloudEvents 1.0.
type CloudEvent struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            CDEvent   `json:"data"`
}

// CDEvent is one event of CDEvents.
type CDEvent struct {
	Context CDContext `json:"context"`
	Subject CDSubject `json:"subject"`
}

// CDContext says what kind of event it is, from where and when. Its chain is
// everything about one deployment.
type CDContext struct {
	SpecVersion string    `json:"specversion"`
	ID          string    `json:"id"`
	ChainID     string    `json:"chainId"`
	Source      string    `json:"source"`
	Type        string    `json:"type"`
	Timestamp   time.Time `json:"timestamp"`
}

// CDSubject is what an event is about.
type CDSubject struct {
	ID      string         `json:"id"`
	Source  string         `json:"source"`
	Content map[string]any `json:"content"`
}

// CDEvents gives a happening as CDEvents: one of Tranship's own types always,
// and those that CDEvents has for it. server is the URL of the server, scope
// the one of the record. Their ids follow from the entry in the record: telling
// a happening again gives the same.
func CDEvents(h Happening, server string, scope practice.Scope) []CloudEvent {
	m := maker{happening: h, server: strings.TrimRight(server, "/"), scope: scope}
	if h.Drift != nil {
		m.drift()
		return m.made
	}
	if h.Health != nil {
		m.health()
		return m.made
	}
	m.add("dev.cdeventsx.tranship-deployment."+string(h.Event())+".0.1.0", "", h.Deployment, m.own())
	m.approval()
	m.services()
	return m.made
}

// maker collects the events of one happening.
type maker struct {
	happening Happening
	server    string
	scope     practice.Scope
	made      []CloudEvent
}

// add makes an event; suffix tells several of one happening apart.
func (m *maker) add(kind, suffix, subject string, content map[string]any) {
	h := m.happening
	id := fmt.Sprintf("%s-%d", m.scope, h.Index)
	if h.Event() == Trial {
		id += "-trial-" + fmt.Sprint(h.When.UnixMicro())
	}
	if suffix != "" {
		id += "-" + suffix
	}
	source := m.server + "/" + string(m.scope)
	m.made = append(m.made, CloudEvent{
		SpecVersion: "1.0", ID: id, Source: source, Type: kind, Subject: subject, Time: h.When.UTC(), DataContentType: "application/json",
		Data: CDEvent{
			Context: CDContext{
				SpecVersion: SpecVersion, ID: id, ChainID: string(m.scope) + "-" + h.Deployment,
				Source: source, Type: kind, Timestamp: h.When.UTC(),
			},
			Subject: CDSubject{ID: subject, Source: source, Content: content},
		},
	})
}

// own is the content of Tranship's own types.
func (m *maker) own() map[string]any {
	h := m.happening
	direction := "install"
	if h.Matter.Removal {
		direction = "remove"
	} else if h.Matter.Rollback {
		direction = "restore"
	}
	items := make([]any, len(h.Matter.Items))
	for i, item := range h.Matter.Items {
		items[i] = map[string]any{"component": item.Component, "version": item.Version}
	}
	content := map[string]any{
		"deployment": h.Deployment, "uri": m.deploymentURL(), "release": h.Matter.Release, "environment": m.environment(),
		"direction": direction, "items": items, "requestedBy": h.Matter.RequestedBy.String(), "by": h.Who.String(),
		"record": h.Index,
	}
	for key, value := range map[string]string{"why": h.Why, "result": h.Result} {
		if value != "" {
			content[key] = value
		}
	}
	if len(h.Reasons) > 0 {
		content["reasons"] = h.Reasons
	}
	return content
}

// approval: the draft types of CDEvents 0.6 for who lets it go on.
func (m *maker) approval() {
	h := m.happening
	content := map[string]any{"approvalDetailsUrl": m.deploymentURL() + "/why", "resourceTargetUrl": m.deploymentURL()}
	id := "approval-of-" + h.Deployment
	switch {
	case h.Event() == Waiting && h.First:
		content["requestor"] = m.urn(h.Matter.RequestedBy)
		m.add("dev.cdevents.approval.created.0.1.0", "approval", id, content)
	case h.Event() == Approved:
		content["responder"], content["decision"] = m.urn(h.Who), "approved"
		m.add("dev.cdevents.approval.updated.0.1.0", "approval", id, content)
	case h.Event() == Rejected:
		content["responder"], content["decision"], content["status"] = m.urn(h.Who), "rejected", "rejected"
		m.add("dev.cdevents.approval.closed.0.1.0", "approval", id, content)
	case h.Event() == Authorised:
		content["responder"], content["decision"], content["status"] = m.urn(h.Who), "approved", "approved"
		m.add("dev.cdevents.approval.closed.0.1.0", "approval", id, content)
	}
}

// services: one event for each component that is now there in another version, or gone.
func (m *maker) services() {
	h := m.happening
	if h.Event() != Ended {
		return
	}
	for _, item := range h.Matter.Items {
		kind, artifact := outcome(h, item)
		if kind == "" {
			continue
		}
		content := map[string]any{"environment": m.environment()}
		if artifact != nil {
			content["artifactId"] = artifact.purl()
		}
		m.add("dev.cdevents.service."+kind+".0.3.0", item.Component, item.Component, content)
	}
}

// outcome says what became of a component, and which version is there now.
func outcome(h Happening, item Item) (kind string, now *Item) {
	switch {
	case h.Matter.Rollback && h.Result != "succeeded":
		return "", nil // what it found is there, or nobody knows
	case h.Matter.Rollback && item.Before != nil:
		return "rolledback", item.Before
	case h.Result == "succeeded" && (h.Matter.Removal || h.Matter.Rollback):
		return "removed", nil
	case h.Result == "succeeded" && item.Before == nil:
		return "deployed", &item
	case h.Result == "succeeded":
		return "upgraded", &item
	case h.Result == "remediated" && item.Before != nil:
		return "rolledback", item.Before
	case h.Result == "remediated" && !h.Matter.Removal:
		return "removed", nil
	}
	return "", nil
}

func (m *maker) environment() map[string]any {
	return map[string]any{"id": m.happening.Matter.Environment, "source": m.server + "/" + string(m.scope)}
}

func (m *maker) deploymentURL() string {
	return m.server + "/api/v1/deployments/" + url.PathEscape(m.happening.Deployment)
}

func (m *maker) urn(a practice.Actor) string {
	return "urn:tranship:" + string(m.scope) + ":" + string(a.Kind) + ":" + url.PathEscape(a.Name)
}

// purl names the artifact of a component version: a package URL of type oci.
func (i Item) purl() string {
	p := "pkg:oci/" + url.PathEscape(i.Component)
	if i.Digest != "" {
		p += "@" + strings.ReplaceAll(url.PathEscape(string(i.Digest)), ":", "%3A")
	}
	return p + "?tag=" + url.QueryEscape(i.Version)
}
