//go:build !raftian_world

package netsim

// startStreams does nothing in a program built with the plain runtime: Worlds
// work there, for tests of what they promise, but runs do not repeat.
func startStreams(uint64, bool) {}

// setMachine does nothing there: what programs print goes where this process's does.
func setMachine(uint32) uint32 { return 0 }

// deterministic says that this program was built with the edited runtime.
const deterministic = false
