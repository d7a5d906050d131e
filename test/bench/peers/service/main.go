// Command service is what the benchmarks deploy: it answers /version with the
// content of the file version beside it, as of its start.
package main

import (
	"bytes"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: service ADDRESS")
	}
	self, err := os.Executable()
	if err != nil {
		log.Fatal(err)
	}
	version, err := os.ReadFile(filepath.Join(filepath.Dir(self), "version"))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("GET /version", func(response http.ResponseWriter, _ *http.Request) {
		_, _ = response.Write(bytes.TrimSpace(version))
	})
	server := http.Server{Addr: os.Args[1], ReadHeaderTimeout: 10 * time.Second}
	log.Fatal(server.ListenAndServe())
}
