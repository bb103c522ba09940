package netsim

import (
	"cmp"
	"maps"
	"net"
	"runtime"
	"slices"
	"strconv"
	"time"

	"raftian/netsim/env"
)

// environ is the env.Env of one incarnation.
type environ struct{ i *incarnation }

var _ env.Env = environ{}

func (e environ) ID() string { return e.i.name }

func (e environ) Args() []string {
	settings := e.i.world.plan.Settings
	args := make([]string, 0, len(settings)+1)
	for _, s := range settings {
		args = append(args, s.Key+"="+s.Value)
	}
	if e.i.disks > 0 {
		args = append(args, "disk="+strconv.Itoa(e.i.disks))
	}
	return args
}

func (e environ) Script() []env.Call { return script(&e.i.world.plan, e.i.name) }

func (e environ) Now() env.Instant {
	e.i.enter()
	defer e.i.leave()
	return e.i.world.now()
}

func (e environ) FS() env.FS { return files{e.i} }

func (e environ) Listen(address string) (net.Listener, error) { return e.i.listen(address) }

func (e environ) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return e.i.dial(address, timeout)
}

func (e environ) Emit(n env.Note) {
	e.i.enter()
	defer e.i.leave()
	if n.Kind == env.KindRole {
		e.i.role, e.i.term = n.Text, n.Term
	}
	e.i.emit(n)
}

func (e environ) Exit(err error) {
	e.i.enter()
	defer e.i.leave()
	e.i.exit(err)
	runtime.Goexit()
}

func (e environ) Stopping() <-chan struct{} { return e.i.stopping }

func (e environ) OnCrash(f func()) {
	e.i.enter()
	defer e.i.leave()
	e.i.onCrash = append(e.i.onCrash, f)
}

// sorted lists a map's values by key, so that their order is the same in every
// run.
func sorted[K cmp.Ordered, V any](m map[K]V) []V {
	values := make([]V, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		values = append(values, m[k])
	}
	return values
}
