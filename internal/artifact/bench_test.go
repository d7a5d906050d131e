package artifact_test

import (
	"crypto/rand"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"tranship.dev/tranship/internal/artifact"
	"tranship.dev/tranship/internal/registry/registrytest"
)

// BenchmarkFetch brings 20 MB to 20 hosts at once, beside a bare download of
// the same bytes into files: their ratio is what checking and unpacking cost.
func BenchmarkFetch(b *testing.B) {
	const hosts, size = 20, 20 << 20
	s := registrytest.Serve(b, nil, nil)
	dir := b.TempDir()
	content := make([]byte, size)
	rand.Read(content)
	if err := os.WriteFile(filepath.Join(dir, "serve"), content, 0o755); err != nil {
		b.Fatal(err)
	}
	a := publish(b, s, dir)
	packed, err := artifact.Pack(dir)
	if err != nil {
		b.Fatal(err)
	}
	run := func(b *testing.B, one func(dir string) error) {
		b.SetBytes(hosts * size)
		for b.Loop() {
			to := b.TempDir()
			var all sync.WaitGroup
			for i := range hosts {
				all.Go(func() {
					if err := one(filepath.Join(to, string(rune('a'+i)))); err != nil {
						b.Error(err)
					}
				})
			}
			all.Wait()
			b.StopTimer()
			if err := os.RemoveAll(to); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
	}
	b.Run("bare", func(b *testing.B) {
		url := s.URL + "/v2/api/blobs/" + packed.LayerDigest()
		run(b, func(to string) error { return bare(url, to) })
	})
	b.Run("fetch", func(b *testing.B) {
		run(b, func(to string) error {
			_, err := artifact.Fetch(b.Context(), source(s.URL), a, to)
			return err
		})
	})
}

func bare(url, to string) error {
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.SetBasicAuth("token", registrytest.Executor)
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(f, res.Body)
	return err
}
