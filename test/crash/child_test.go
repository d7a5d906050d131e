package crash

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"tranship.dev/tranship/internal/wiring"
)

// childEnv makes this binary a server or an agent: a child in JSON.
const childEnv = "TRANSHIP_CRASH_CHILD"

// child says what a process is.
type child struct {
	Server *wiring.ServerOptions `json:",omitempty"`
	Agent  *wiring.AgentOptions  `json:",omitempty"`
}

func TestMain(m *testing.M) {
	if told := os.Getenv(childEnv); told != "" {
		if err := beChild(told); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// running is what both kinds of process are.
type running interface {
	Wait(ctx context.Context) error
	Close()
}

// beChild runs until a signal ends it, or whoever started it is gone.
func beChild(told string) error {
	var c child
	if err := json.Unmarshal([]byte(told), &c); err != nil {
		return err
	}
	level := slog.LevelWarn
	if os.Getenv("TRANSHIP_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(3)
	}()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	started, err := c.start(ctx, log)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if err := started.Wait(ctx); err != nil {
		return err
	}
	started.Close()
	return nil
}

func (c child) start(ctx context.Context, log *slog.Logger) (running, error) {
	if c.Agent != nil {
		c.Agent.Log, c.Agent.Reconnect = log, 20*time.Millisecond
		return wiring.StartAgent(ctx, *c.Agent)
	}
	c.Server.Log = log
	return wiring.StartServer(ctx, *c.Server)
}
