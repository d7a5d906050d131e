package command

import (
	"bytes"
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Process is a process of this machine. The number alone may be another's
// later; the start and the boot that it belongs to make it unique.
type Process struct {
	PID   int    `json:"pid"`
	Start uint64 `json:"start"` // in clock ticks since boot
	Boot  string `json:"boot"`
}

// stat is what /proc/PID/stat says.
type stat struct {
	state   byte
	parent  int
	session int
	start   uint64
}

// Look gives the process that has the number now; false when none has, or
// when it has ended and only waits to be noticed.
func Look(pid int) (Process, bool) {
	s, found := readStat(pid)
	if !found || s.state == 'Z' || s.state == 'X' {
		return Process{}, false
	}
	return Process{PID: pid, Start: s.start, Boot: boot()}, true
}

// Alive says whether p still runs.
func (p Process) Alive() bool {
	if p.PID <= 0 {
		return false
	}
	now, found := Look(p.PID)
	return found && now == p
}

// Marked lists the processes that carry mark in their environment, but for
// this one. Those that this user may not look into are not seen.
func Marked(mark string) []Process {
	want := []byte(MarkName + "=" + mark)
	return every(func(pid int, _ stat) bool {
		environ, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
		if err != nil {
			return false
		}
		for variable := range bytes.SplitSeq(environ, []byte{0}) {
			if bytes.Equal(variable, want) {
				return true
			}
		}
		return false
	})
}

// Stop asks leader, all in its session and all that carry mark to end by
// signal, and kills what is left after patience; parents before their
// children, so that no shell goes on with its next line because the command of
// this one was ended. What one that was asked starts from then on is its way of
// cleaning up: it is asked only when that one has ended. So is, and cannot be told
// apart, what it started in the very moment. Stop returns when none is left, and
// says whether any had to be killed; only a process that the kernel holds can
// keep it, for ten seconds at most. leader may be the zero Process, and mark "".
func Stop(leader Process, mark string, signal syscall.Signal, patience time.Duration) (killed bool) {
	deadline := time.Now().Add(patience)
	last := deadline.Add(10 * time.Second)
	known, asked := map[Process]bool{}, map[Process]bool{}
	earlier := map[int]bool{} // known before this round, by number
	for pause := time.Millisecond; ; pause = min(2*pause, 50*time.Millisecond) {
		left := members(leader, mark, known)
		if len(left) == 0 || time.Now().After(last) {
			return killed
		}
		kill := !time.Now().Before(deadline)
		for _, p := range left {
			switch {
			case kill:
				killed = syscall.Kill(p.PID, syscall.SIGKILL) == nil || killed // it may have ended by itself
			case !asked[p] && !earlier[parentOf(p)]:
				asked[p] = syscall.Kill(p.PID, signal) == nil
			case !asked[p]:
				earlier[p.PID] = true // what it has started already is of the same kind
			}
			known[p] = true
		}
		for _, p := range left {
			earlier[p.PID] = true
		}
		time.Sleep(pause)
	}
}

// members lists who belongs together: those known from before that still run,
// those that carry mark, and, while one of the session is certain to be ours,
// all of it. Without that, the session's number could be another's by now.
func members(leader Process, mark string, known map[Process]bool) []Process {
	ours := map[Process]bool{}
	for p := range known {
		if p.Alive() {
			ours[p] = true
		}
	}
	if leader.Alive() {
		ours[leader] = true
	}
	if mark != "" {
		for _, p := range Marked(mark) {
			ours[p] = true
		}
	}
	sessions := map[int]bool{}
	for p := range ours {
		if s, found := readStat(p.PID); found && s.start == p.Start && s.session != ownSession() {
			sessions[s.session] = true
		}
	}
	if len(sessions) > 0 {
		for _, p := range every(func(_ int, s stat) bool { return sessions[s.session] }) {
			ours[p] = true
		}
	}
	return parentsFirst(ours)
}

// parentsFirst orders processes so that none comes before one that it descends from.
func parentsFirst(set map[Process]bool) []Process {
	parent := map[int]int{}
	for p := range set {
		if s, found := readStat(p.PID); found {
			parent[p.PID] = s.parent
		}
	}
	depth := func(p Process) int {
		n := 0
		for pid, known := parent[p.PID]; known && n < len(parent); pid, known = parent[pid] {
			n++
		}
		return n
	}
	return slices.SortedFunc(maps.Keys(set), func(a, b Process) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.PID, b.PID))
	})
}

func parentOf(p Process) int {
	s, _ := readStat(p.PID)
	return s.parent
}

func ownSession() int {
	s, _ := readStat(os.Getpid())
	return s.session
}

// every lists the running processes that fit, but for this one.
func every(fits func(pid int, s stat) bool) []Process {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var list []Process
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || pid == os.Getpid() {
			continue
		}
		s, found := readStat(pid)
		if found && s.state != 'Z' && s.state != 'X' && fits(pid, s) {
			list = append(list, Process{PID: pid, Start: s.start, Boot: boot()})
		}
	}
	return list
}

// readStat reads /proc/PID/stat. The command's name may hold spaces and
// brackets, so the fields are counted from the last bracket.
func readStat(pid int) (stat, bool) {
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return stat{}, false
	}
	fields := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(fields) < 20 {
		return stat{}, false
	}
	parent, err := strconv.Atoi(fields[1])
	if err != nil {
		return stat{}, false
	}
	session, err := strconv.Atoi(fields[3])
	if err != nil {
		return stat{}, false
	}
	start, err := strconv.ParseUint(fields[19], 10, 64)
	return stat{state: fields[0][0], parent: parent, session: session, start: start}, err == nil
}

// boot names the running boot of this machine, "" where it does not say.
func boot() string {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(raw))
}
