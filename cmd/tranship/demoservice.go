package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
)

// demoRelease is what the demonstration's service reads from its artifact.
type demoRelease struct {
	Version  string `json:"version"`
	Greeting string `json:"greeting"`
	Broken   string `json:"broken,omitempty"`   // what its health check reports as wrong
	BrokenIn string `json:"brokenIn,omitempty"` // in this environment
}

// demoServiceCommand is the small HTTP service that tranship demo deploys: what
// it serves lies in the artifact beside it.
func demoServiceCommand() *cobra.Command {
	var directory, environment, listen string
	cmd := &cobra.Command{
		Use:    "demo-service",
		Short:  "Serve what the demonstration deploys",
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runDemoService(cmd.Context(), directory, environment, listen)
		},
	}
	cmd.Flags().StringVar(&directory, "directory", ".", "directory with release.json")
	cmd.Flags().StringVar(&environment, "environment", "", "where it runs")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:0", "address to serve")
	return cmd
}

func runDemoService(ctx context.Context, directory, environment, listen string) error {
	raw, err := os.ReadFile(filepath.Join(directory, "release.json"))
	if err != nil {
		return err
	}
	var release demoRelease
	if err := json.Unmarshal(raw, &release); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "%s, this is the shop %s\n", release.Greeting, release.Version)
	})
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) {
		if release.Broken != "" && release.BrokenIn == environment {
			http.Error(w, release.Broken, http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "ok %s\n", release.Version)
	})
	server := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
