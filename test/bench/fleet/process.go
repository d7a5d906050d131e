package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// memory gives the resident memory of a process in MiB; 0 when it cannot be read.
func memory(pid int) int {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, found := strings.CutPrefix(line, "VmRSS:"); found {
			kib, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kib / 1024
		}
	}
	return 0
}

// tick is the unit of the kernel's process times.
const tick = 10 * time.Millisecond

// busy gives how long a process has had a processor; 0 when it cannot be read.
func busy(pid int) time.Duration {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// The command's name may hold spaces; the fields after it may not.
	_, rest, _ := strings.Cut(string(raw), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * tick
}

// phase is a part of the measurement that has begun.
type phase struct {
	pids  [2]int // server, agents
	begun time.Time
	spent [2]time.Duration
}

func (f *fleet) phase() phase {
	p := phase{pids: [2]int{os.Getpid(), f.agents}, begun: time.Now()}
	for i, pid := range p.pids {
		p.spent[i] = busy(pid)
	}
	return p
}

// took gives the seconds since the phase began.
func (p phase) took() float64 { return time.Since(p.begun).Seconds() }

// print prints how long the phase took, and how long each side computed: the
// second says more on a machine that has something else to do.
func (p phase) print(what, more string) {
	server, agents := busy(p.pids[0])-p.spent[0], busy(p.pids[1])-p.spent[1]
	fmt.Printf("%-34s %8.2f s   server computed %.1f s, agents %.1f s%s\n", what, p.took(), server.Seconds(), agents.Seconds(), more)
}
