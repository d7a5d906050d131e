// Package all lists the drivers that Tranship has.
package all

import (
	"tranship.dev/tranship/internal/driver"
	"tranship.dev/tranship/internal/driver/answer"
	"tranship.dev/tranship/internal/driver/baseline"
	"tranship.dev/tranship/internal/driver/files"
	"tranship.dev/tranship/internal/driver/link"
	"tranship.dev/tranship/internal/driver/process"
	"tranship.dev/tranship/internal/driver/prometheus"
	"tranship.dev/tranship/internal/driver/script"
	"tranship.dev/tranship/internal/driver/systemd"
)

// Drivers gives every driver. supervisor is the command that runs
// process.Supervise with the arguments that are put behind it; its first
// element is an absolute path.
func Drivers(supervisor ...string) (*driver.Registry, error) {
	return driver.NewRegistry(
		answer.New(),
		baseline.New(),
		files.New(),
		link.New(),
		process.New(supervisor...),
		prometheus.New(),
		script.New(),
		systemd.New(),
	)
}
