//go:build raftian_world

package netsim

import _ "unsafe" // for go:linkname

// startStreams is pushed via linkname from the edited package runtime (see
// netsim/toolchain): it seeds the plan's streams, and says whether the
// scheduler picks among runnable goroutines at random.
//
//go:linkname startStreams
func startStreams(seed uint64, shuffle bool)

// setMachine is pushed likewise: it says to which incarnation, by its number, this
// goroutine belongs, those that it starts and the timers that it makes; and returns to
// which it did. 0 is the World itself.
//
//go:linkname setMachine
//go:noescape
func setMachine(number uint32) uint32

// takePrints is pushed likewise: it has take be given what machines' goroutines print by
// the built-in print. take must not keep the bytes.
//
//go:linkname takePrints
func takePrints(take func(text []byte))

// deterministic says that this program was built with the edited runtime.
const deterministic = true
