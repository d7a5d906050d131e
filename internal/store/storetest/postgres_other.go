//go:build !linux

package storetest

import "os/exec"

func command(dir, program string, args ...string) *exec.Cmd {
	c := exec.Command(program, args...)
	c.Dir = dir
	return c
}

func giveAway(string) error { return nil }
