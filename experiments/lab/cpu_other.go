//go:build !unix

package lab

import "time"

// OwnCPU returns 0: the processor time is not available on this system.
func OwnCPU() time.Duration { return 0 }
