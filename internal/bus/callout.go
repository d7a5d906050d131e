package bus

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/signature"
)

// Authenticate says whose key it is. An error refuses the connection; the agent tries again later.
type Authenticate func(ctx context.Context, key signature.PublicKey) (deployment.Sender, error)

// authTimeout is how long a connection may take to be let in: many agents come at once.
const authTimeout = 10 * time.Second

// admission is how long an agent's permissions last before it must prove its
// key anew: the bound for a revocation that could not cut the connection.
const admission = time.Hour

// atOnce bounds the questions of one kind that are worked on at the same time.
const atOnce = 16

const calloutSubject = "$SYS.REQ.USER.AUTH"

// callout lets agents in: the bus server asks it about every connection.
type callout struct {
	ask     Authenticate
	issuer  nkeys.KeyPair // signs the answers; the bus server knows its public key
	account string        // where agents are put
	log     *slog.Logger
	free    chan struct{}
}

// serve answers on conn until it is closed.
func (c *callout) serve(conn *nats.Conn) error {
	c.free = make(chan struct{}, atOnce)
	_, err := conn.QueueSubscribe(calloutSubject, group, func(m *nats.Msg) {
		c.free <- struct{}{}
		go func() {
			defer func() { <-c.free }()
			if answer := c.answer(m.Data); answer != nil {
				_ = m.Respond(answer) // an agent that hears nothing connects again
			}
		}()
	})
	if err != nil {
		return fmt.Errorf("bus: listen for agents that connect: %w", err)
	}
	return conn.Flush()
}

// answer judges one connection; nil when there is nothing to answer to.
func (c *callout) answer(raw []byte) []byte {
	request, err := jwt.DecodeAuthorizationRequestClaims(string(raw))
	if err != nil {
		c.log.Warn("bus: unreadable question about a connection", "error", err)
		return nil
	}
	response := jwt.NewAuthorizationResponseClaims(request.UserNkey)
	response.Audience = request.Server.ID
	who, err := c.judge(request)
	if err == nil {
		response.Jwt, err = c.permit(who, request.UserNkey)
	}
	if err != nil {
		c.log.Info("bus: connection refused", "from", request.ClientInformation.Host, "why", err)
		response.Error = "refused"
	}
	text, err := response.Encode(c.issuer)
	if err != nil {
		c.log.Error("bus: sign the answer about a connection", "error", err)
		return nil
	}
	return []byte(text)
}

func (c *callout) judge(request *jwt.AuthorizationRequestClaims) (deployment.Sender, error) {
	options := request.ConnectOptions
	key, err := publicKeyOf(options.Nkey, request.ClientInformation.Nonce, options.SignedNonce)
	if err != nil {
		return deployment.Sender{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), authTimeout)
	defer cancel()
	who, err := c.ask(ctx, key)
	if err != nil {
		return who, fmt.Errorf("key %s: %w", key.ID(), err)
	}
	return who, checkSender(who)
}

// permit writes what one agent may do: ask its own questions, and listen
// to its own hints and answers.
func (c *callout) permit(who deployment.Sender, userNkey string) (string, error) {
	claims := jwt.NewUserClaims(userNkey)
	claims.Name = login(who)
	claims.Audience = c.account
	claims.Expires = time.Now().Add(admission + rand.N(admission/6)).Unix() //nolint:gosec // no secret, only not the whole fleet at once
	for _, ask := range []string{askHello, askSync, askReport, askOutput, askInspect, askFound, askHealth} {
		claims.Pub.Allow.Add(askSubject(who, ask))
	}
	claims.Sub.Allow.Add(hintSubject(who), inboxPrefix(who)+".>")
	claims.User.NatsLimits.Subs = 16
	claims.User.NatsLimits.Payload = maxRequest
	return claims.Encode(c.issuer)
}
