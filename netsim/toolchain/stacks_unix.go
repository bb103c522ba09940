//go:build unix

package toolchain

import (
	"os"
	"syscall"
)

// askForStacks has a Go program print the stacks of its goroutines, and end.
func askForStacks(p *os.Process) error { return p.Signal(syscall.SIGQUIT) }
