//go:build unix

package fleet

import "syscall"

// Freeze stops the k-th node: it says nothing any more, and its connections stay open.
func (f *Fleet) Freeze(k int) error { return f.nodes[k].cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw has it go on.
func (f *Fleet) Thaw(k int) error { return f.nodes[k].cmd.Process.Signal(syscall.SIGCONT) }
