package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tranship.dev/tranship/internal/wiring"
)

const (
	database  = "tranship.db"
	tokenFile = "face.token" // written when the data set is whole
)

func options(dir string) wiring.ServerOptions {
	return wiring.ServerOptions{Dir: dir, Listen: "127.0.0.1:0", BusListen: "127.0.0.1:0", Version: "bench", Log: slog.New(slog.DiscardHandler)}
}

// ready makes the data set of a directory, unless it is there already, takes
// from it what a server would carry out, and gives its administrator's token.
func ready(ctx context.Context, dir string, all size) (token string, err error) {
	kept, err := os.ReadFile(filepath.Join(dir, tokenFile))
	if err == nil {
		begun := time.Now()
		if err := dropOpen(ctx, filepath.Join(dir, database), all); err != nil {
			return "", err
		}
		fmt.Printf("the data set of %s is used again, made ready in %s\n", dir, time.Since(begun).Round(time.Second))
		return strings.TrimSpace(string(kept)), nil
	}
	s, err := wiring.StartServer(ctx, options(dir))
	if err != nil {
		return "", err
	}
	token = s.Bootstrap
	s.Close()
	begun := time.Now()
	if err := fill(ctx, filepath.Join(dir, database), all); err != nil {
		return "", err
	}
	fmt.Printf("%d components, %d environments, %d targets, %d deployments, filled in %s\n",
		all.components, all.environments, all.targets, all.deployments, time.Since(begun).Round(time.Second))
	return token, os.WriteFile(filepath.Join(dir, tokenFile), []byte(token+"\n"), 0o600)
}

// dropOpen removes what fillOpen wrote.
func dropOpen(ctx context.Context, file string, all size) error {
	f, err := open(file)
	if err != nil {
		return err
	}
	defer f.db.Close()
	for _, statement := range []string{
		`DELETE FROM deployment_target WHERE scope = ? AND deployment > ? AND deployment <= ?`,
		`DELETE FROM deployment_component WHERE scope = ? AND deployment > ? AND deployment <= ?`,
		`DELETE FROM deployment WHERE scope = ? AND number > ? AND number <= ?`,
	} {
		if err := f.add(ctx, statement, scope, all.deployments, all.deployments+openOnes); err != nil {
			return err
		}
	}
	if err := f.add(ctx, `DELETE FROM drift WHERE scope = ?`, scope); err != nil {
		return err
	}
	if err := f.counts(ctx, all); err != nil {
		return err
	}
	return f.commit()
}
