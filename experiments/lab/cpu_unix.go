//go:build unix

package lab

import (
	"syscall"
	"time"
)

// OwnCPU returns the processor time of this process, without its children.
func OwnCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
