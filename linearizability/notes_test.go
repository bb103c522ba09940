package linearizability

import (
	"slices"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// What the World tells by itself is no note.
func TestEveryNoteThatAJudgeReadsIsListed(t *testing.T) {
	world := []string{trace.KindBoot, trace.KindCrash, trace.KindExit, trace.KindStop, trace.KindHung, trace.KindEnd,
		trace.KindHeal, trace.KindRot, trace.KindFault, trace.KindMend, trace.KindIdle}
	listed := map[string]NoteAbout{}
	for _, n := range Notes() {
		listed[n.Kind] = n
	}
	for _, j := range NewPanel(Options{}).judges {
		for _, kind := range j.Kinds() {
			n, ok := listed[kind]
			if ok == slices.Contains(world, kind) {
				t.Errorf("%s reads %s, which is listed: %v", j.Name(), kind, ok)
			}
			if ok && !slices.Contains(n.Needed, j.Name()) && !slices.Contains(n.Read, j.Name()) {
				t.Errorf("%s reads %s, of which it is not said", j.Name(), kind)
			}
		}
	}
	if n := listed[env.KindRPC]; !slices.Equal(n.Needed, []string{"rpc-rate"}) || !slices.Contains(n.Read, "monotonic") {
		t.Errorf("of requests it says %+v", n)
	}
}
