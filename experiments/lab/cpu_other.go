//go:build !unix

package lab

import "time"

// OwnCPU is not known here.
func OwnCPU() time.Duration { return 0 }
