//go:build raftian_world

package netsim

import _ "unsafe" // for go:linkname

// startStreams is pushed via linkname from the edited package runtime (see
// netsim/toolchain): it seeds the plan's streams, and says whether the
// scheduler picks among runnable goroutines at random.
//
//go:linkname startStreams
func startStreams(seed uint64, shuffle bool)

// deterministic says that this program was built with the edited runtime.
const deterministic = true
