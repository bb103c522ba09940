//go:build unix

package lab

import (
	"syscall"
	"time"
)

// OwnCPU is what this process has used, without its children.
func OwnCPU() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
