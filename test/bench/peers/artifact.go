// Package peers holds other ways to do what Tranship does, for runs side by
// side: the same artifact onto the same hosts of a lab, with a restart of the
// service in it and a check over HTTP. Each peer is started once, and run once
// per version.
package peers

import (
	"archive/tar"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// Port is where the bench service listens on each host.
const Port = "7070"

// Unit is the systemd unit of the bench service. It is the same in all
// versions.
const Unit = `[Unit]
Description=The service that the benchmarks deploy

[Service]
ExecStart=/opt/bench/current/service :` + Port + `
Restart=on-failure

[Install]
WantedBy=multi-user.target
`

// An Artifact is one version of the bench service, ready to be deployed.
type Artifact struct {
	// Version is what the service answers on /version.
	Version string
	// Folder holds its files: service, version, bench.service, ballast.
	Folder string
	// Tar is a tar file of the content of Folder.
	Tar string
}

// unit is the path of the artifact's unit file.
func (a Artifact) unit() string { return filepath.Join(a.Folder, "bench.service") }

// Build makes an artifact of about size bytes under folder. What the service
// does not fill is random, so that compression gains nobody anything. It must
// be called from inside this repository, whose Go toolchain it uses.
func Build(ctx context.Context, folder, version string, size int64) (Artifact, error) {
	artifact := Artifact{
		Version: version,
		Folder:  filepath.Join(folder, version),
		Tar:     filepath.Join(folder, version+".tar"),
	}
	if err := os.MkdirAll(artifact.Folder, 0o755); err != nil {
		return Artifact{}, err
	}
	service := filepath.Join(artifact.Folder, "service")
	if err := compile(ctx, "service", service); err != nil {
		return Artifact{}, err
	}
	info, err := os.Stat(service)
	if err != nil {
		return Artifact{}, err
	}
	if size < info.Size() {
		return Artifact{}, fmt.Errorf("an artifact of %d bytes cannot hold the service of %d", size, info.Size())
	}
	err = errors.Join(
		os.WriteFile(filepath.Join(artifact.Folder, "version"), []byte(version), 0o644),
		os.WriteFile(artifact.unit(), []byte(Unit), 0o644),
		writeFile(filepath.Join(artifact.Folder, "ballast"), func(file io.Writer) error {
			_, err := io.CopyN(file, rand.Reader, size-info.Size())
			return err
		}),
		writeFile(artifact.Tar, func(file io.Writer) error {
			archive := tar.NewWriter(file)
			return errors.Join(archive.AddFS(os.DirFS(artifact.Folder)), archive.Close())
		}))
	return artifact, err
}

// compile builds one of this package's programs, static and stripped.
func compile(ctx context.Context, program, to string) error {
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", to,
		"tranship.dev/tranship/test/bench/peers/"+program)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w: %s", program, err, out)
	}
	return nil
}

func writeFile(path string, fill func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(fill(file), file.Close())
}
