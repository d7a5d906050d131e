package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/party"
)

// AnnouncementPath names an announcement in the path of a request.
type AnnouncementPath struct {
	Announcement string `path:"announcement" doc:"The announcement's number: A-12."`
}

// SubscriptionPath names a subscription in the path of a request.
type SubscriptionPath struct {
	Subscription string `path:"subscription" doc:"The name of the Subscription."`
}

// SubscriptionSecret is what the webhooks of a subscription are signed with.
type SubscriptionSecret struct {
	Subscription string `json:"subscription"`
	Generation   int    `json:"generation" doc:"Raised by each rotation, from 1."`
	Secret       string `json:"secret" doc:"As Standard Webhooks write it: whsec_ and base64."`
}

func (s *server) registerAnnouncements() {
	huma.Register(s.api, route(operation("list-announcements", http.MethodGet, "/api/v1/announcements", "Announcements", "List what was told to whom, newest first"), party.View), s.listAnnouncements)
	huma.Register(s.api, route(operation("get-announcement", http.MethodGet, "/api/v1/announcements/{announcement}", "Announcements", "Show an announcement with its attempts"), party.View), s.getAnnouncement)
	huma.Register(s.api, route(operation("repeat-announcement", http.MethodPost, "/api/v1/announcements/{announcement}/repeat", "Announcements", "Send an announcement again"), party.Configure), s.repeatAnnouncement)
	huma.Register(s.api, route(operation("try-subscription", http.MethodPost, "/api/v1/subscriptions/{subscription}/trial", "Announcements", "Send a trial to the receivers of a subscription"), party.Configure), s.trySubscription)
	huma.Register(s.api, route(operation("show-subscription-secret", http.MethodPost, "/api/v1/subscriptions/{subscription}/secret", "Announcements", "Show or rotate the secret that webhooks are signed with"), party.Administer), s.showSubscriptionSecret)
}

func (s *server) listAnnouncements(ctx context.Context, in *struct {
	Paged
	Deployment   string                 `query:"deployment" doc:"Only about this deployment."`
	Subscription string                 `query:"subscription" doc:"Only for this subscription."`
	State        communication.Delivery `query:"state" enum:"pending,delivered,given-up" doc:"Only in this state."`
}) (*listOutput[communication.Announcement], error) {
	page, err := in.page()
	if err != nil {
		return nil, s.fail(err)
	}
	f := communication.Filter{Deployment: in.Deployment, Subscription: in.Subscription, State: in.State}
	list, err := s.Control.Announcements(ctx, identityOf(ctx).scope, f, page)
	if err != nil {
		return nil, s.fail(err)
	}
	return listed(list, page, func(a communication.Announcement) string { return a.ID }), nil
}

func (s *server) getAnnouncement(ctx context.Context, in *AnnouncementPath) (*output[communication.Announcement], error) {
	a, err := s.Control.Announcement(ctx, identityOf(ctx).scope, in.Announcement)
	return answer(a), s.fail(err)
}

func (s *server) repeatAnnouncement(ctx context.Context, in *AnnouncementPath) (*output[communication.Announcement], error) {
	who := identityOf(ctx)
	a, err := s.Control.AnnounceAgain(ctx, who.scope, who.token.Actor, in.Announcement)
	return answer(a), s.fail(err)
}

func (s *server) trySubscription(ctx context.Context, in *SubscriptionPath) (*listOutput[communication.Announcement], error) {
	who := identityOf(ctx)
	made, err := s.Control.TrySubscription(ctx, who.scope, who.token.Actor, in.Subscription)
	if err != nil {
		return nil, s.fail(err)
	}
	return &listOutput[communication.Announcement]{Body: List[communication.Announcement]{Items: made}}, nil
}

func (s *server) showSubscriptionSecret(ctx context.Context, in *struct {
	SubscriptionPath
	Body struct {
		Rotate bool `json:"rotate,omitempty" doc:"Whether to make a new one first. For a day, messages are signed with both."`
	}
}) (*output[SubscriptionSecret], error) {
	who := identityOf(ctx)
	secret, generation, err := s.Control.WebhookSecret(ctx, who.scope, who.token.Actor, in.Subscription, in.Body.Rotate)
	if err != nil {
		return nil, s.fail(err)
	}
	return answer(SubscriptionSecret{Subscription: in.Subscription, Generation: generation, Secret: "whsec_" + base64.StdEncoding.EncodeToString(secret)}), nil
}
