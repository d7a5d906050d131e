package deployment

import (
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/signature"
)

// Hello is what an executor says when it connects, and then as its heartbeat.
type Hello struct {
	Version string            `json:"version"`
	Facts   map[string]string `json:"facts,omitempty"`
	Clock   time.Time         `json:"clock"`  // the executor's clock, UTC
	Serial  int64             `json:"serial"` // of the trust document that it goes by; 0: it does not say
}

// Welcome answers a Hello.
type Welcome struct {
	Time  time.Time           `json:"time"`  // the server's clock, UTC
	Trust *signature.Envelope `json:"trust"` // the newest trust document; nil: nothing new
	// Earlier are the documents between the executor's and the newest, oldest
	// first: each is signed by a key that the one before it trusts.
	Earlier []signature.Envelope `json:"earlier,omitempty"`
}

// Sender is the executor that sent something, as its connection proves.
type Sender struct {
	Scope practice.Scope `json:"scope"`
	Agent string         `json:"agent"`
}

// Printed is pieces of output with their proven sender.
type Printed struct {
	From   Sender
	Pieces []Output
}

// Sent is a report with its proven sender.
type Sent struct {
	From   Sender
	Report Report
}
