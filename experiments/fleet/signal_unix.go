//go:build unix

package fleet

import "syscall"

// Freeze stops the k-th node with SIGSTOP: it is silent, and its connections stay open.
func (f *Fleet) Freeze(k int) error { return f.nodes[k].cmd.Process.Signal(syscall.SIGSTOP) }

// Thaw resumes the k-th node.
func (f *Fleet) Thaw(k int) error { return f.nodes[k].cmd.Process.Signal(syscall.SIGCONT) }
