package cli

import (
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tranship.dev/tranship/api/client"
)

// askInput is what a requester says about a deployment besides its plan.
type askInput struct {
	class, stream, urgency, change, window, at string
	priority                                   int64
	implementers                               []string
}

func (in *askInput) flags(cmd *cobra.Command) {
	in.wordFlags(cmd)
	flags := cmd.Flags()
	flags.StringVar(&in.window, "window", "", `START/END: when it may start and must have ended; either side may be empty`)
	flags.StringVar(&in.at, "at", "", `not before then: 22:00 (the next one), "2026-11-17 22:00", RFC 3339, or +2h`)
	flags.StringVar(&in.at, "start-after", "", "the same as --at")
	_ = flags.MarkHidden("start-after")
}

// wordFlags are those of all but the time.
func (in *askInput) wordFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&in.class, "class", "", "why it exists: requirement, release, operational, third-party, retirement, support, service-request or maintenance")
	flags.StringVar(&in.stream, "stream", "", "what it contributes to: incident, request, improvement, new-service, changed-service or operations")
	flags.StringVar(&in.urgency, "urgency", "", "normal, urgent or emergency")
	flags.Int64Var(&in.priority, "priority", 0, "1 to 100; the higher starts first where not all can; by default 50, 70 for urgent, 90 for emergency")
	flags.StringVar(&in.change, "change", "", "the change that authorises it, as people call it")
	flags.StringSliceVar(&in.implementers, "implementer", nil, "a person who carries out what is done by hand; may be given several times")
}

// request gives what is asked for, as the API takes it.
func (in *askInput) request(now time.Time) (client.DeploymentRequest, error) {
	body := client.DeploymentRequest{
		Class: client.DeploymentRequestClass(in.class), ValueStream: client.DeploymentRequestValueStream(in.stream),
		Urgency: client.DeploymentRequestUrgency(in.urgency), Priority: in.priority, Change: in.change, Implementers: in.implementers,
	}
	switch {
	case in.class != "" && !body.Class.Valid():
		return body, misuse("%q is no class", in.class).WithHint("the classes are requirement, release, operational, third-party, retirement, support, service-request, maintenance")
	case in.stream != "" && !body.ValueStream.Valid():
		return body, misuse("%q is no value stream", in.stream).WithHint("the value streams are incident, request, improvement, new-service, changed-service, operations")
	case in.urgency != "" && !body.Urgency.Valid():
		return body, misuse("%q is no urgency", in.urgency).WithHint("the urgencies are normal, urgent, emergency")
	case in.priority < 0 || in.priority > 100:
		return body, misuse("--priority %d is not between 1 and 100", in.priority)
	}
	var err error
	if body.Window, err = windowOf(in.window, now); err != nil {
		return body, err
	}
	if in.at != "" {
		body.StartAfter, err = start(in.at, now)
	}
	return body, err
}

// windowOf reads START/END; nothing is any time.
func windowOf(text string, now time.Time) (client.Window, error) {
	var w client.Window
	if text == "" {
		return w, nil
	}
	start, end, found := strings.Cut(text, "/")
	if !found {
		return w, misuse("--window %q is not of the form START/END", text).
			WithHint(`write "2026-11-17 22:00/2026-11-18 02:00"; either side may be empty`)
	}
	from := now
	for _, side := range []struct {
		text string
		into *time.Time
	}{{start, &w.Start}, {end, &w.End}} {
		if strings.TrimSpace(side.text) == "" {
			continue
		}
		at, err := ahead(side.text, now, from)
		if err != nil {
			return w, err
		}
		*side.into, from = at, at
	}
	return w, nil
}
