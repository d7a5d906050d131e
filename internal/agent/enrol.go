package agent

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/signature"
)

// maxEnrolment bounds the server's answers, in bytes.
const maxEnrolment = 1 << 20

// Enrol makes this host's key, shows it to the server with the token, and
// keeps what the server answers in stateDir (made with mode 0700). A token with
// a fingerprint makes the server prove that its certificate comes from exactly
// that CA; without one the host's certificates decide, and plain HTTP is
// accepted on loopback addresses only. Enrolling again replaces what was there,
// except the key.
func Enrol(ctx context.Context, serverURL, token, name, stateDir string) (Identity, error) {
	if err := practice.CheckName("agent", name); err != nil {
		return Identity{}, err
	}
	parsed, err := environment.ParseEnrolmentToken(token)
	if err != nil {
		return Identity{}, err
	}
	server, err := checkServer(serverURL, parsed)
	if err != nil {
		return Identity{}, err
	}
	if err := os.MkdirAll(stateDir, 0o700); err != nil {
		return Identity{}, fmt.Errorf("state directory: %w", err)
	}
	if err := os.Chmod(stateDir, 0o700); err != nil { //nolint:gosec // a directory, for its owner alone
		return Identity{}, fmt.Errorf("state directory: %w", err)
	}
	key, err := makeKey(stateDir)
	if err != nil {
		return Identity{}, err
	}
	client, ca, err := trustServer(ctx, server, parsed.Fingerprint)
	if err != nil {
		return Identity{}, err
	}
	defer client.CloseIdleConnections()
	answer, err := ask(ctx, client, server, environment.EnrolmentRequest{
		Name: name, Token: parsed.Bare(), Key: signature.Encode(key.Public().(ed25519.PublicKey)),
	})
	if err != nil {
		return Identity{}, err
	}
	if err := begin(stateDir, answer); err != nil {
		return Identity{}, err
	}
	id := Identity{Name: answer.Name, Scope: answer.Scope, ServerURL: server.String(), BusURL: answer.BusURL,
		RegistryURL: answer.RegistryURL, MediaToken: answer.MediaToken, CA: ca}
	raw, err := json.MarshalIndent(id, "", "  ")
	if err != nil {
		return Identity{}, fmt.Errorf("identity: %w", err)
	}
	return id, writeDurably(stateDir, identityFile, append(raw, '\n'))
}

func checkServer(text string, token environment.EnrolmentToken) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		return nil, practice.Faultf(practice.Invalid, "server %q is not a URL", text).WithHint("for example https://tranship.example.org:8443").Final()
	}
	switch {
	case u.Scheme == "https":
		return u, nil
	case u.Scheme != "http":
		return nil, practice.Faultf(practice.Invalid, "server %s is neither https nor http", text).Final()
	case token.Fingerprint != "":
		return nil, practice.Faultf(practice.Refused, "the token demands https, and the server is %s", text).Final()
	}
	ip := net.ParseIP(u.Hostname())
	if u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, practice.Faultf(practice.Refused, "the token would go to %s without TLS", text).WithHint("use https").Final()
	}
	return u, nil
}

// trustServer gives a client that trusts the server, and the PEM of the CA when
// the token pins one: from then on the only root, for an ordinary, complete
// verification.
func trustServer(ctx context.Context, server *url.URL, fingerprint string) (*http.Client, string, error) {
	if fingerprint == "" {
		return newClient(&tls.Config{MinVersion: tls.VersionTLS12}), "", nil
	}
	certificate, err := readCA(ctx, server, fingerprint)
	if err != nil {
		return nil, "", err
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	return newClient(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}), string(ca), nil
}

// readCA finds the certificate with the fingerprint in the chain that the
// server presents. It shakes hands trusting nobody, which fails as it must
// before a byte is exchanged, and reads the chain from the failure: so no
// connection ever goes on unverified. Who only copies the CA's certificate,
// without its key, fails in the verification that follows.
func readCA(ctx context.Context, server *url.URL, fingerprint string) (*x509.Certificate, error) {
	address := server.Host
	if server.Port() == "" {
		address = net.JoinHostPort(server.Hostname(), "443")
	}
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: 30 * time.Second}, Config: &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		conn.Close()
		return nil, practice.Faultf(practice.Refused, "server %s proved itself to nobody", address).Final()
	}
	var unverified *tls.CertificateVerificationError
	if !errors.As(err, &unverified) {
		return nil, practice.Faultf(practice.Unavailable, "server cannot be reached: %v", err)
	}
	for _, certificate := range unverified.UnverifiedCertificates {
		if fingerprintOf(certificate) == fingerprint {
			return certificate, nil
		}
	}
	return nil, practice.Faultf(practice.Refused, "server %s presents no certificate with the fingerprint %s", address, fingerprint).
		WithHint("is this the server that made the token? it must present its CA's certificate too").Final()
}

func newClient(config *tls.Config) *http.Client {
	return &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: config, Proxy: http.ProxyFromEnvironment},
		// The token goes where it was sent to, and nowhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// ask sends the enrolment.
func ask(ctx context.Context, client *http.Client, server *url.URL, question environment.EnrolmentRequest) (environment.EnrolmentAnswer, error) {
	var answer environment.EnrolmentAnswer
	raw, err := json.Marshal(question)
	if err != nil {
		return answer, fmt.Errorf("enrol: %w", err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, server.JoinPath("/api/v1/agents/enrol").String(), bytes.NewReader(raw))
	if err != nil {
		return answer, fmt.Errorf("enrol: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := client.Do(r)
	if err != nil {
		return answer, practice.Faultf(practice.Unavailable, "server cannot be reached: %v", err)
	}
	defer response.Body.Close()
	raw, err = io.ReadAll(io.LimitReader(response.Body, maxEnrolment))
	if err != nil {
		return answer, practice.Faultf(practice.Unavailable, "server's answer breaks off: %v", err)
	}
	if response.StatusCode/100 != 2 {
		var problem struct{ Title, Detail string }
		if json.Unmarshal(raw, &problem) != nil || problem.Title+problem.Detail == "" {
			problem.Detail = response.Status
		}
		return answer, practice.Faultf(practice.Refused, "server refuses the enrolment: %s %s", problem.Title, problem.Detail)
	}
	if err := json.Unmarshal(raw, &answer); err != nil {
		return answer, practice.Faultf(practice.Invalid, "server's answer cannot be read: %v", err)
	}
	if answer.Name != question.Name {
		return answer, practice.Faultf(practice.Refused, "server enrolled %q, not %q", answer.Name, question.Name)
	}
	return answer, nil
}

// begin puts the first trust document into the journal. What the journal has
// seen of this installation is never lowered.
func begin(stateDir string, answer environment.EnrolmentAnswer) error {
	trust, err := deployment.OpenTrust(answer.Trust, answer.TrustKeys...)
	if err != nil {
		return err
	}
	journal, err := OpenJournal(JournalPath(stateDir))
	if err != nil {
		return err
	}
	defer journal.Close()
	seen, err := journal.Standing()
	if err != nil {
		return err
	}
	if trust.Serial < seen.Serial || trust.Epoch < seen.Epoch {
		return practice.Faultf(practice.Refused, "server is of epoch %d, trust document %d; this host has seen epoch %d, document %d",
			trust.Epoch, trust.Serial, seen.Epoch, seen.Serial).
			WithHint("if the host moves to another installation, give the agent a new state directory").Final()
	}
	if trust.Epoch > seen.Epoch {
		seen.Epoch, seen.Counter = trust.Epoch, 0
	}
	seen.Serial, seen.Keys = trust.Serial, trust.Keys
	return journal.PutStanding(seen)
}

// fingerprintOf gives the lower case hex of a certificate's SHA-256.
func fingerprintOf(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return hex.EncodeToString(sum[:])
}
