// Package control holds the use cases: each loads, decides, and commits state,
// record and what must follow in one transaction. It declares what it needs of
// the world as ports; cmd/tranship wires them.
package control

import (
	"context"
	"crypto/ed25519"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/approval"
	"tranship.dev/tranship/internal/practice/communication"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/drift"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/health"
	"tranship.dev/tranship/internal/practice/journey"
	"tranship.dev/tranship/internal/practice/library"
	"tranship.dev/tranship/internal/practice/party"
	"tranship.dev/tranship/internal/practice/plan"
	"tranship.dev/tranship/internal/practice/record"
	"tranship.dev/tranship/internal/practice/signature"
)

// Tx is one transaction in one scope: every query of it sees only that scope.
type Tx interface {
	practice.DocumentStore
	environment.Store
	library.Store
	library.MediaIndex
	plan.Store
	deployment.Store
	Timetable
	deployment.History
	record.Store
	party.Store
	communication.Store
	approval.Store
	Installation
	Jobs
	Inspection
	journey.Store
	library.EvidenceStore
	Views
	drift.Store
	health.Store
}

// Installation keeps what the server must remember about itself, and idempotency keys.
type Installation interface {
	// Setting gives a value, or nil when it was never set. Settings are not scoped.
	Setting(name string) ([]byte, error)
	// PutSetting stores a value.
	PutSetting(name string, value []byte) error
	// Remembered gives the answer that was stored under an idempotency key, or nil.
	Remembered(key string) (*Remembered, error)
	// Remember notes that a request is under way, or stores its answer. Conflict
	// when the key is in use, but for the answer to the request under way.
	Remember(r Remembered) error
	// ForgetBefore deletes remembered answers older than at.
	ForgetBefore(at time.Time) error
}

// Remembered is the answer to a request with an idempotency key.
type Remembered struct {
	Key     string // "who:key"
	Request practice.Digest
	Status  int // 0: under way
	Body    []byte
	At      time.Time
}

// Jobs are durable: enqueued in the transaction that causes them, done at
// least once after it commits, whatever happens to the process.
type Jobs interface {
	// Enqueue stores a job to be done at or soon after at; zero means now.
	// Several equal jobs that are not begun yet count as one.
	Enqueue(j Job, at time.Time) error
}

// Job is a piece of later work. Its work is idempotent.
type Job struct {
	Kind    string         `json:"kind"` // JobAdvance, JobReconsider, JobDeliver
	Scope   practice.Scope `json:"scope"`
	Subject string         `json:"subject"` // the id of the deployment or the announcement, where it is about one
	Due     int64          `json:"due"`     // Unix seconds; 0: at once. Jobs of different moments are different
}

// JobAdvance looks what is due for a deployment and does it.
const JobAdvance = "advance"

// JobDeliver tries to deliver an announcement.
const JobDeliver = "deliver"

// Store is the system of record.
type Store interface {
	// Update runs f in a transaction that writes; it commits when f returns nil.
	// f may run again when the database asks for it, so it must not act outside.
	Update(ctx context.Context, scope practice.Scope, f func(Tx) error) error
	// View runs f in a transaction that reads one consistent state.
	View(ctx context.Context, scope practice.Scope, f func(Tx) error) error
}

// Dispatch tells agents and listeners that there is something new. It may lose
// everything; agents ask for their orders, and listeners read the record.
type Dispatch interface {
	// Hint tells agents of a scope that they have open orders.
	Hint(scope practice.Scope, agents []string)
	// Look tells agents of a scope to look at their targets now.
	Look(scope practice.Scope, agents []string)
	// Recorded tells listeners that the record has grown to size.
	Recorded(scope practice.Scope, size int64)
}

// Clock gives the time.
type Clock interface{ Now() time.Time }

// Keys signs for the server. The keys lie outside the database.
type Keys interface {
	// SignOrder signs with the present order key.
	SignOrder(payloadType string, payload []byte) signature.Envelope
	// Trust tells executors which order keys to trust, signed by the present one.
	Trust() (signature.Envelope, error)
	// TrustSince gives the trust documents between the one with that serial and
	// the present one, oldest first: for executors that have missed some.
	TrustSince(serial int64) []signature.Envelope
	// RecordKey gives the key that signs checkpoints, and earlier ones that are still trusted.
	RecordKey() (ed25519.PrivateKey, []signature.PublicKey)
	// Rotate puts a new key in the place of the present one: for orders the next
	// one, which executors trust already.
	Rotate() error
	// RotateRecord makes a new key for checkpoints; the old one stays trusted.
	RotateRecord() error
	// Epoch is raised when the server was restored from a backup.
	Epoch() int64
	// Secret gives the 32 bytes of a secret that is shared with somebody outside,
	// always the same for the same purpose: "webhook/default/site/3" names the use,
	// whose it is, and its generation. The next generation is another secret.
	Secret(purpose string) []byte
}

// Announce sends what is told; it remembers nothing.
type Announce interface {
	// Mails says whether mail can be sent.
	Mails() bool
	// Send tries once, for at most 20 seconds, and gives what the receiver
	// answered, without secrets. The error says that it has not taken it; it is
	// Terminal where trying again cannot help.
	Send(ctx context.Context, s Sending) (answer string, err error)
}

// Sending is one announcement with where it goes.
type Sending struct {
	ID      string // the same at every attempt, so that a receiver can drop repeats
	At      time.Time
	Channel communication.Channel
	To      string // of mail: the address
	URL     string // of webhook and chat
	Style   communication.ChatStyle
	Message communication.Message
	Content []byte   // of a webhook
	Secrets [][]byte // of a webhook: it is signed with each
}

// Media looks into the library's storage.
type Media interface {
	// Intact re-reads everything that a manifest names; Refused says what is absent or altered.
	Intact(ctx context.Context, repository string, digest practice.Digest) error
	// Measure gives the media type and the size of a manifest that was pushed, or NotFound.
	Measure(ctx context.Context, repository string, digest practice.Digest) (mediaType string, size int64, err error)
	// Contents lists the files that a manifest names, by path; Refused when they are too many to look at.
	Contents(ctx context.Context, repository string, digest practice.Digest) ([]library.ContentFile, error)
	// Attachments lists what was pushed about a manifest, at most 1,000.
	Attachments(ctx context.Context, repository string, digest practice.Digest) ([]library.Attachment, error)
	// Blob gives a blob of at most limit bytes that a repository holds, or NotFound.
	Blob(ctx context.Context, repository string, digest practice.Digest, limit int64) ([]byte, error)
}

// Logs keeps the sealed logs of deployments outside of the store, by digest.
type Logs interface {
	// Put keeps content and gives its digest when it is safe on the disk.
	Put(ctx context.Context, content []byte) (practice.Digest, error)
	// Get gives content: NotFound when it is absent, Refused when it was altered.
	Get(ctx context.Context, digest practice.Digest) ([]byte, error)
}

// Identify gives new unguessable identifiers and secrets.
type Identify interface {
	// NewID gives a UUID that sorts by time.
	NewID() string
	// NewSecret gives 32 random bytes.
	NewSecret() []byte
}
