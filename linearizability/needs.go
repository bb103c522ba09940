package linearizability

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"raftian/linearizability/invariant"
	"raftian/netsim/trace"
)

// evidence follows what of their needs judges have been told, and by whom.
type evidence struct {
	needs    map[string][]*need // by judge
	waiting  map[string][]*need // by kind of event, those that are not met
	machines map[string]bool    // that did anything
}

// need is a judge's, and whether it was met.
type need struct {
	invariant.Need
	met bool
}

func newEvidence(judges []Judge) *evidence {
	v := &evidence{needs: make(map[string][]*need), waiting: make(map[string][]*need), machines: make(map[string]bool)}
	for _, j := range judges {
		for _, n := range j.Needs() {
			n := &need{Need: n}
			v.needs[j.Name()] = append(v.needs[j.Name()], n)
			for _, kind := range n.Kinds {
				v.waiting[kind] = append(v.waiting[kind], n)
			}
		}
	}
	return v
}

// take notes which needs an event meets.
func (v *evidence) take(e *trace.Event) {
	if e.Kind == trace.KindBoot {
		v.machines[e.Machine] = true
	}
	waiting := v.waiting[e.Kind]
	if len(waiting) == 0 {
		return
	}
	some := false
	for _, n := range waiting {
		if !n.met && (n.Meets == nil || n.Meets(e)) {
			n.met = true
		}
		some = some || n.met
	}
	if some {
		v.waiting[e.Kind] = slices.DeleteFunc(waiting, func(n *need) bool { return n.met })
	}
}

// temper takes back a Pass of a judge that was not told what it needs: it has seen
// nothing that could have been wrong. A violation stands, unless what was not told is
// vital.
func (v *evidence) temper(said Verdict) Verdict {
	if said.Outcome != Pass && said.Outcome != Fail {
		return said
	}
	stands := said.Outcome == Fail
	var missing []Missing
	var notes []string
	machines := slices.Sorted(maps.Keys(v.machines))
	for _, n := range v.needs[said.Judge] {
		if !n.met {
			stands = stands && !n.Vital
			missing = append(missing, Missing{Note: n.Note, Machines: machines})
			notes = append(notes, fmt.Sprintf("%q", n.Note))
		}
	}
	if len(missing) == 0 || stands {
		return said
	}
	from := "any machine"
	if len(machines) > 0 {
		from = strings.Join(machines, " ")
	}
	return Verdict{Judge: said.Judge, Outcome: NotRun, Missing: missing,
		Reason: fmt.Sprintf("no note %s from %s", strings.Join(notes, " and no note "), from)}
}

// Unjudged says that no judge had anything to judge but the one that asks whether the
// process died: such a run shows nothing.
func Unjudged(verdicts []Verdict) bool {
	return !slices.ContainsFunc(verdicts, func(v Verdict) bool {
		return v.Outcome != NotRun && (v.Judge != invariant.NewProcess("", 0).Name() || v.Outcome != Pass)
	})
}
