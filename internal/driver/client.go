package driver

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"os"
	"path/filepath"
)

// Client returns what a check asks an address with. Authorities are those of
// the file caFile below the target's root, or those of the host where it is
// empty; a file that cannot be read, or holds no certificate, is a BadInput.
//
// It asks over a new connection each time, past any proxy, and follows
// redirects on the same host only: an answer that sends elsewhere is the
// answer, and headers may hold a secret.
func Client(root, caFile string) (*http.Client, error) {
	var trusted *x509.CertPool // nil: those of the host
	if caFile != "" {
		var err error
		if trusted, err = authorities(root, caFile); err != nil {
			return nil, err
		}
	}
	return &http.Client{
		Transport: &http.Transport{
			DisableKeepAlives: true,
			TLSClientConfig:   &tls.Config{RootCAs: trusted, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(next *http.Request, before []*http.Request) error {
			if len(before) >= 5 || next.URL.Host != before[0].URL.Host || next.URL.Scheme != before[0].URL.Scheme {
				return http.ErrUseLastResponse
			}
			return nil
		},
	}, nil
}

func authorities(root, path string) (*x509.CertPool, error) {
	local, err := Local("caFile", path)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(filepath.Join(root, local))
	if err != nil {
		if cause, is := errors.AsType[*os.PathError](err); is {
			err = cause.Err
		}
		return nil, BadInput("caFile", "", "cannot be read: %v", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(raw) {
		return nil, BadInput("caFile", "it begins with -----BEGIN CERTIFICATE-----", "holds no certificate")
	}
	return pool, nil
}
