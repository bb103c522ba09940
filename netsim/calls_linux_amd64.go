//go:build raftian_world

package netsim

import "syscall"

// System calls whose numbers or names are the architecture's own.
const (
	sysFstatat     = syscall.SYS_NEWFSTATAT
	sysStatx       = 332
	sysRenameat2   = 316
	sysMemfdCreate = 319
)
