package agent

import (
	"bufio"
	"os"
	"runtime"
	"strconv"
	"strings"
)

// Facts tells what the host is. What cannot be found out is left out.
func Facts(drivers []string) map[string]string {
	facts := map[string]string{
		"os": runtime.GOOS, "arch": runtime.GOARCH, "cpus": strconv.Itoa(runtime.NumCPU()), "drivers": strings.Join(drivers, " "),
	}
	if name, err := os.Hostname(); err == nil {
		facts["hostname"] = name
	}
	for fact, file := range map[string]string{"kernel": "/proc/sys/kernel/osrelease", "boot": "/proc/sys/kernel/random/boot_id"} {
		if raw, err := os.ReadFile(file); err == nil {
			facts[fact] = strings.TrimSpace(string(raw))
		}
	}
	if name := field("/etc/os-release", "PRETTY_NAME="); name != "" {
		facts["distribution"] = strings.Trim(name, `"`)
	}
	if memory := field("/proc/meminfo", "MemTotal:"); memory != "" {
		facts["memory"] = memory // "16384 kB"
	}
	for name, value := range facts {
		facts[name] = clean(cut(value, 256))
	}
	return facts
}

// field gives the rest of the first line that begins with name.
func field(file, name string) string {
	f, err := os.Open(file)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, found := strings.CutPrefix(lines.Text(), name); found {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
