//go:build !unix

package toolchain

import "os/exec"

// Isolate does nothing here: there are no process groups.
func Isolate(*exec.Cmd) {}
