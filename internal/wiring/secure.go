package wiring

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"tranship.dev/tranship/internal/httpapi"
	"tranship.dev/tranship/internal/practice"
)

// secure gives the TLS settings of the server, or nil where it serves this
// machine only: everything but a loopback address is served over TLS.
func (s *Server) secure() (*tls.Config, error) {
	o := s.options
	if o.CertFile != "" {
		cert, err := tls.LoadX509KeyPair(o.CertFile, o.KeyFile)
		if err != nil {
			return nil, practice.Faultf(practice.Invalid, "certificate %s with key %s: %v", o.CertFile, o.KeyFile, err).Final()
		}
		return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}, nil
	}
	if onLoopback(o.Listen) && (o.BusListen == "" || onLoopback(o.BusListen)) {
		return nil, nil
	}
	authority, err := openAuthority(filepath.Join(o.Dir, "keys"))
	if err != nil {
		return nil, err
	}
	s.CA = authority.pem
	return &tls.Config{GetCertificate: authority.certificate(hosts(o)), MinVersion: tls.VersionTLS13}, nil
}

// securedBy says how connections are protected.
func securedBy(config *tls.Config, own bool) (httpapi.Secured, error) {
	switch {
	case config == nil:
		return httpapi.Secured{By: "none"}, nil
	case own:
		return httpapi.Secured{By: "own-authority"}, nil
	}
	leaf, err := x509.ParseCertificate(config.Certificates[0].Certificate[0])
	if err != nil {
		return httpapi.Secured{}, fmt.Errorf("certificate: %w", err)
	}
	return httpapi.Secured{By: "certificate", Until: leaf.NotAfter}, nil
}

func onLoopback(listen string) bool {
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

// hosts lists what the server's certificate speaks for.
func hosts(o ServerOptions) []string {
	list := []string{"localhost", "127.0.0.1", "::1"}
	if o.Advertise != "" {
		list = append(list, o.Advertise)
	}
	if host, _, err := net.SplitHostPort(o.Listen); err == nil && host != "" && host != "0.0.0.0" && host != "::" {
		list = append(list, host)
	}
	if name, err := os.Hostname(); err == nil {
		list = append(list, name)
	}
	return list
}

// address gives the URL under which a listener is reached.
func address(l net.Listener, advertise string, secured bool) string {
	host, port, _ := net.SplitHostPort(l.Addr().String())
	if advertise != "" {
		host = advertise
	} else if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http://"
	if secured {
		scheme = "https://"
	}
	return scheme + net.JoinHostPort(host, port)
}

// authority is the server's own certificate authority.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
	pem  []byte
}

// openAuthority reads the authority of a directory, or makes it when there is none.
func openAuthority(dir string) (*authority, error) {
	file := filepath.Join(dir, "authority.pem")
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return newAuthority(file)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	pair, err := tls.X509KeyPair(raw, raw)
	if err != nil {
		return nil, practice.Faultf(practice.Refused, "certificate authority %s cannot be read: %v", file, err).WithHint("restore the file from a backup").Final()
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	if !ok {
		return nil, practice.Faultf(practice.Refused, "certificate authority %s has no ECDSA key", file).Final()
	}
	return &authority{key: key, cert: pair.Leaf, pem: certificatePEM(pair.Certificate[0])}, nil
}

func newAuthority(file string) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Tranship authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(20, 0, 0),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	rawKey, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	both := append(certificatePEM(der), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: rawKey})...)
	if err := os.WriteFile(file, both, 0o600); err != nil {
		return nil, fmt.Errorf("certificate authority: %w", err)
	}
	return &authority{key: key, cert: cert, pem: certificatePEM(der)}, nil
}

func certificatePEM(der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// certificate gives server certificates that live for 90 days, each made anew
// when a third of its life is left.
func (a *authority) certificate(names []string) func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	issue := make(chan *tls.Certificate, 1)
	issue <- nil
	return func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		present := <-issue
		if present == nil || time.Until(present.Leaf.NotAfter) < 30*24*time.Hour {
			made, err := a.issue(names)
			if err != nil {
				issue <- present
				return nil, err
			}
			present = made
		}
		issue <- present
		return present, nil
	}
}

func (a *authority) issue(names []string) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "Tranship server"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(0, 0, 90),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der, a.cert.Raw}, PrivateKey: key, Leaf: leaf}, nil
}

// Pool gives what clients of this server must trust; nil: whom the system trusts.
func (s *Server) Pool() *x509.CertPool {
	if len(s.CA) == 0 {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(s.CA)
	return pool
}

// Enrolment gives a one-time token for an agent, with the fingerprint that
// lets the agent know this server.
func (s *Server) Enrolment(ctx context.Context, agent string) (string, error) {
	written, _, err := s.Control.NewEnrolment(ctx, practice.DefaultScope, practice.Tranship, agent, time.Hour)
	if block, _ := pem.Decode(s.CA); err == nil && block != nil {
		sum := sha256.Sum256(block.Bytes)
		written += "_" + hex.EncodeToString(sum[:])
	}
	return written, err
}
