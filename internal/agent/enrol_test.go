package agent_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tranship.dev/tranship/internal/agent"
	"tranship.dev/tranship/internal/bus"
	"tranship.dev/tranship/internal/bus/bustest"
	"tranship.dev/tranship/internal/practice"
	"tranship.dev/tranship/internal/practice/deployment"
	"tranship.dev/tranship/internal/practice/environment"
	"tranship.dev/tranship/internal/practice/signature"
)

// authority is a CA with a server certificate for 127.0.0.1.
type authority struct {
	ca   *x509.Certificate
	pair tls.Certificate // the leaf, and the CA behind it
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	caKey, leafKey := ecKey(t), ecKey(t)
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tranship"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	ca := certify(t, template, template, caKey, caKey)
	leaf := certify(t, &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, ca, leafKey, caKey)
	return authority{ca, tls.Certificate{Certificate: [][]byte{leaf.Raw, ca.Raw}, PrivateKey: leafKey}}
}

func ecKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func certify(t *testing.T, template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	raw, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	return certificate
}

func (a authority) token() string {
	sum := sha256.Sum256(a.ca.Raw)
	return "tse_id_secret_" + hex.EncodeToString(sum[:])
}

// serveEnrolment answers enrolments over TLS and counts them.
func serveEnrolment(t *testing.T, pair tls.Certificate, answer func(environment.EnrolmentRequest) (int, any)) (url string, asked *int) {
	t.Helper()
	asked = new(int)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*asked++
		var question environment.EnrolmentRequest
		if r.Method != http.MethodPost || r.URL.Path != "/api/v1/agents/enrol" || json.NewDecoder(r.Body).Decode(&question) != nil {
			t.Errorf("asked %s %s", r.Method, r.URL)
		}
		status, said := answer(question)
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(said); err != nil {
			t.Error(err)
		}
	}))
	server.Config.ErrorLog = nil
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pair}}
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestEnrol(t *testing.T) {
	t.Parallel()
	a, s, fleet := newAuthority(t), newServer(), &bustest.Fleet{}
	hub, err := bus.StartServer(bus.ServerOptions{Listen: "127.0.0.1:0", TLS: &tls.Config{Certificates: []tls.Certificate{a.pair}},
		Authenticate: fleet.Authenticate, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.Close()
	if err := hub.Serve(s.handlers()); err != nil {
		t.Fatal(err)
	}
	trust := deployment.Trust{Serial: 4, Epoch: 2, Keys: []signature.PublicKey{s.public()}}
	var shown signature.PublicKey
	url, _ := serveEnrolment(t, a.pair, func(q environment.EnrolmentRequest) (int, any) {
		shown = q.Key
		if q.Token != "tse_id_secret" {
			t.Errorf("the token came as %q", q.Token)
		}
		e, _ := trust.Seal(s.sign)
		return 201, environment.EnrolmentAnswer{Name: q.Name, Scope: practice.DefaultScope, BusURL: hub.URL(), Trust: e, TrustKeys: trust.Keys}
	})
	state := filepath.Join(t.TempDir(), "state")
	if _, err := agent.Enrol(t.Context(), url, a.token(), "a", state); err != nil {
		t.Fatal(err)
	}
	id, key, err := agent.LoadIdentity(state)
	if err != nil || id.Name != "a" || id.CA == "" {
		t.Fatalf("identity %+v, %v", id, err)
	}
	for name, mode := range map[string]os.FileMode{".": 0o700, "key.pem": 0o600, "identity.json": 0o600, "journal.db": 0o600} {
		if info, err := os.Stat(filepath.Join(state, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s has mode %v, %v; want %v", name, info.Mode(), err, mode)
		}
	}
	// The same CA leads to the bus.
	fleet.Return(key, "a")
	config, err := id.TLS()
	if err != nil {
		t.Fatal(err)
	}
	link, err := bus.Connect(bus.LinkOptions{URL: id.BusURL, Key: key, Name: "a", Scope: id.Scope, TLS: config, Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer link.Close()
	if _, err := link.Hello(t.Context(), deployment.Hello{}); err != nil {
		t.Errorf("hello over TLS: %v", err)
	}
	// Again: the same key; an older epoch is not believed.
	before := shown
	if _, err := agent.Enrol(t.Context(), url, a.token(), "a", state); err != nil || shown != before {
		t.Errorf("enrolling again: %v, key changed: %v", err, shown != before)
	}
	trust.Epoch = 1
	if _, err := agent.Enrol(t.Context(), url, a.token(), "a", state); practice.CodeOf(err) != practice.Refused {
		t.Errorf("enrolling with an older epoch: %v", err)
	}
}

func TestEnrolRefused(t *testing.T) {
	t.Parallel()
	a, other := newAuthority(t), newAuthority(t)
	refuse := func(environment.EnrolmentRequest) (int, any) {
		return 401, map[string]string{"title": "unauthorised", "detail": "the token was used"}
	}
	honest, _ := serveEnrolment(t, a.pair, refuse)
	stranger, strangerAsked := serveEnrolment(t, other.pair, refuse)
	// It shows our CA's certificate, which is public, behind its own leaf.
	copied, copiedAsked := serveEnrolment(t, tls.Certificate{Certificate: [][]byte{other.pair.Certificate[0], a.ca.Raw}, PrivateKey: other.pair.PrivateKey}, refuse)
	for name, c := range map[string]struct {
		url, token, says string
	}{
		"used token":               {honest, a.token(), "the token was used"},
		"other CA":                 {stranger, a.token(), "no certificate with the fingerprint"},
		"copied CA":                {copied, a.token(), "unknown authority"},
		"no pin, private CA":       {honest, "tse_id_secret", "unknown authority"},
		"plain HTTP":               {"http://192.0.2.1", "tse_id_secret", "without TLS"},
		"plain HTTP with pin":      {"http://127.0.0.1", a.token(), "demands https"},
		"no URL":                   {"nonsense", a.token(), "not a URL"},
		"no token":                 {honest, "tok_1_2", "not an enrolment token"},
		"fingerprint of bad shape": {honest, "tse_a_b_c", "not an enrolment token"},
	} {
		state := t.TempDir()
		_, err := agent.Enrol(t.Context(), c.url, c.token, "a", state)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
		if _, _, err := agent.LoadIdentity(state); practice.CodeOf(err) != practice.NotFound {
			t.Errorf("%s: an identity was kept: %v", name, err)
		}
	}
	if *strangerAsked+*copiedAsked > 0 {
		t.Error("the token was sent to a server that did not prove itself")
	}
}
