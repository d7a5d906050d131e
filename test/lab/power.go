package lab

import (
	"context"
	"fmt"
	"strings"
)

// PowerOff ends every process of the host at once, as pulling its plug would,
// and returns when it is off. Its disk stays. A host that is off stays off.
func (h *Host) PowerOff(ctx context.Context) error {
	state, err := h.inspect(ctx, "{{.State.Status}}")
	if err != nil {
		return err
	}
	switch state {
	case "exited":
		return nil
	case "paused":
		// A frozen process does not die.
		if err := h.Unpause(ctx); err != nil {
			return err
		}
	}
	if err := h.podman(ctx, "kill", "--signal", "KILL"); err != nil {
		return err
	}
	return h.podman(ctx, "wait", "--interval", "20ms")
}

// Start boots a host that is off and returns when it is ready as after the
// Start of its lab. A host that was cut off still is.
func (h *Host) Start(ctx context.Context) error {
	if err := h.podman(ctx, "start"); err != nil {
		return err
	}
	if h.isCut() {
		if err := h.Cut(ctx); err != nil {
			return err
		}
	}
	return h.await(ctx)
}

// Pause freezes every process of the host. To others it is silent: its
// connections stay open and nothing answers.
func (h *Host) Pause(ctx context.Context) error { return h.podman(ctx, "pause") }

// Unpause ends a Pause.
func (h *Host) Unpause(ctx context.Context) error { return h.podman(ctx, "unpause") }

// Cut takes the host off the network without telling it: from now on packets
// to and from it vanish, in both directions. Exec still works. A host that is
// cut off stays so until Restore, through a power cycle too.
func (h *Host) Cut(ctx context.Context) error {
	h.cutOff.Lock()
	defer h.cutOff.Unlock()
	h.cut = true
	return h.eachCutRule(ctx, func(check error) string {
		if check != nil {
			return "--insert"
		}
		return ""
	})
}

// Restore ends a Cut. A host that is not cut off stays on the network.
func (h *Host) Restore(ctx context.Context) error {
	h.cutOff.Lock()
	defer h.cutOff.Unlock()
	h.cut = false
	return h.eachCutRule(ctx, func(check error) string {
		if check == nil {
			return "--delete"
		}
		return ""
	})
}

func (h *Host) isCut() bool {
	h.cutOff.Lock()
	defer h.cutOff.Unlock()
	return h.cut
}

// eachCutRule finds out for each rule of a cut whether it stands, asks what to
// do about that, and does it. The rules live in the host's own network, so
// this machine's are not touched, and they end with the host.
func (h *Host) eachCutRule(ctx context.Context, decide func(check error) string) error {
	pid, err := h.inspect(ctx, "{{.State.Pid}}")
	if err != nil {
		return err
	}
	if pid == "0" {
		return nil
	}
	iptables, err := tool("iptables")
	if err != nil {
		return err
	}
	for _, rule := range [][]string{{"INPUT", "!", "--in-interface", "lo"}, {"OUTPUT", "!", "--out-interface", "lo"}} {
		apply := func(action string) error {
			argv := append([]string{"--net=/proc/" + pid + "/ns/net", iptables, "--wait", action}, rule...)
			_, err := run(ctx, "nsenter", append(argv, "--jump", "DROP")...)
			return err
		}
		if action := decide(apply("--check")); action != "" {
			if err := apply(action); err != nil {
				return fmt.Errorf("%s: %s rule for %s: %w", h.Name, action, rule[0], err)
			}
		}
	}
	return nil
}

func (h *Host) inspect(ctx context.Context, format string) (string, error) {
	out, err := podman(ctx, "container", "inspect", "--format", format, h.Name)
	return strings.TrimSpace(out), err
}

func (h *Host) podman(ctx context.Context, verb string, args ...string) error {
	_, err := podman(ctx, append(append([]string{verb}, args...), h.Name)...)
	return err
}
