// Command puller is the bare peer's part on a host: it waits for an order,
// pulls a tar file over HTTP, unpacks it, switches, restarts the service and
// waits for its answer. It proves, signs and records nothing.
package main

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

const (
	releases = "/opt/bench/releases"
	current  = "/opt/bench/current"
	unit     = "/etc/systemd/system/bench.service"
	// patience is how long a restarted service may take to answer.
	patience = 30 * time.Second
)

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: puller BASE-URL HOST SERVICE-PORT")
	}
	base, host, port := os.Args[1], os.Args[2], os.Args[3]
	ctx, done := context.Background(), "none"
	for {
		version, err := get(ctx, base+"/order/"+host+"?after="+done)
		if err != nil {
			log.Print(err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		outcome := "done"
		if err := deploy(ctx, base, version, port); err != nil {
			outcome = err.Error()
		}
		if err := report(ctx, base+"/done/"+host, outcome); err != nil {
			log.Print(err)
		}
		done = version
	}
}

func deploy(ctx context.Context, base, version, port string) error {
	folder := filepath.Join(releases, version)
	if err := pull(ctx, base+"/artifact/"+version, folder); err != nil {
		return err
	}
	if err := install(ctx, filepath.Join(folder, "bench.service")); err != nil {
		return err
	}
	next := current + ".next"
	_ = os.Remove(next)
	if err := os.Symlink(folder, next); err != nil {
		return err
	}
	if err := os.Rename(next, current); err != nil {
		return err
	}
	if err := systemctl(ctx, "restart", "bench"); err != nil {
		return err
	}
	return await(ctx, "http://127.0.0.1:"+port+"/version", version)
}

// pull unpacks the tar file at url into folder while it arrives.
func pull(ctx context.Context, url, folder string) error {
	body, err := open(ctx, url)
	if err != nil {
		return err
	}
	defer body.Close()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	archive := tar.NewReader(body)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if header.Typeflag != tar.TypeReg {
			continue
		}
		file, err := root.OpenFile(header.Name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, header.FileInfo().Mode().Perm())
		if err != nil {
			return err
		}
		_, err = io.Copy(file, archive)
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
}

// install puts the unit in its place if it is not there already.
func install(ctx context.Context, from string) error {
	wanted, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if present, err := os.ReadFile(unit); err == nil && bytes.Equal(present, wanted) {
		return nil
	}
	if err := os.WriteFile(unit, wanted, 0o644); err != nil {
		return err
	}
	return systemctl(ctx, "daemon-reload")
}

func await(ctx context.Context, url, version string) error {
	for end := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		got, err := get(ctx, url)
		if err == nil && got == version {
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("the service answers %q (%w), want %q", got, err, version)
		}
	}
}

func systemctl(ctx context.Context, args ...string) error {
	if out, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("systemctl %s: %w: %s", strings.Join(args, " "), err, out)
	}
	return nil
}

func get(ctx context.Context, url string) (string, error) {
	body, err := open(ctx, url)
	if err != nil {
		return "", err
	}
	defer body.Close()
	text, err := io.ReadAll(body)
	return string(text), err
}

func open(ctx context.Context, url string) (io.ReadCloser, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	return send(request)
}

func report(ctx context.Context, url, outcome string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(outcome))
	if err != nil {
		return err
	}
	body, err := send(request)
	if err != nil {
		return err
	}
	return body.Close()
}

func send(request *http.Request) (io.ReadCloser, error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, errors.Join(fmt.Errorf("%s: %s", request.URL, response.Status), response.Body.Close())
	}
	return response.Body, nil
}
