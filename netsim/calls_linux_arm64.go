//go:build raftian_world

package netsim

import "syscall"

// System calls whose numbers or names are the architecture's own.
const (
	sysFstatat     = syscall.SYS_FSTATAT
	sysStatx       = 291
	sysRenameat2   = 276
	sysMemfdCreate = 279
)
