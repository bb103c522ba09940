//go:build !raftian_world || !linux || !(amd64 || arm64)

package netsim

// watchPrograms does nothing there: what programs print goes where this process's does,
// and their system calls go to the computer.
func (w *World) watchPrograms() {}
