// Package plantest draws Plans with rapid, for properties that must hold of all
// of them: of the text form, of the World, of what runs in it. rapid then shrinks
// a Plan that a property does not hold of, and keeps it in a file under
// testdata/rapid that the next `go test` tries first.
//
// It is not what `raftian explore` draws from: plan.Generate is, whose Plans are a
// function of a seed and look like what systems meet. Here every part of a Plan is
// drawn for itself and shrinks for itself.
//
//	plan.go     Any: all that is valid; Bounds: runs that are soon over
//	fault.go    faults of every kind
//	trigger.go  what sets them off
//	script.go   calls
package plantest

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// lengthMax is how long any time in a Plan may be.
const lengthMax = time.Hour

// Any draws any valid Plan, sensible or not, of up to seven machines and eight
// faults and calls.
func Any() *rapid.Generator[plan.Plan] {
	return rapid.Custom(func(t *rapid.T) plan.Plan {
		machines := rapid.SliceOfNDistinct(names(), 1, 7, rapid.ID).Draw(t, "machines")
		p := plan.Plan{
			Seed:     rapid.Uint64().Draw(t, "seed"),
			Guest:    names().Draw(t, "guest"),
			Machines: machines,
			Length:   durations(1, lengthMax).Draw(t, "length"),
			Shuffle:  rapid.Bool().Draw(t, "shuffle"),
			Net: plan.Net{
				Delay:  durations(0, lengthMax).Draw(t, "delay"),
				Jitter: durations(0, lengthMax).Draw(t, "jitter"),
				Loss:   losses(0).Draw(t, "loss"),
			},
			Disk: plan.Disk{
				Sync:   durations(0, lengthMax).Draw(t, "sync"),
				Jitter: durations(0, lengthMax).Draw(t, "jitter"),
			},
		}
		p.Heal = env.Instant(durations(0, p.Length).Draw(t, "heal"))
		for _, key := range rapid.SliceOfNDistinct(names(), 0, 4, rapid.ID).Draw(t, "keys") {
			p.Settings = append(p.Settings, plan.Setting{Key: key, Value: texts().Draw(t, "value")})
		}
		calls := script{machines: machines, until: p.Length, tick: 1, most: 8, step: math.MaxUint32, text: texts(), operator: true}
		p.Script = calls.draw(t)
		if p.Heal > 0 {
			p.Faults = drawFaults(t, wild(p), 8)
		}
		return p
	})
}

// Bounds describe Plans whose runs are soon over. Times are whole milliseconds.
type Bounds struct {
	Guest    string
	Machines []string
	Settings []plan.Setting // given to every Plan
	Length   time.Duration  // of the run
	From     time.Duration  // when calls and faults begin
	Heal     time.Duration  // when the last fault is over
	ForMax   time.Duration  // how long a fault may last; at least 50 ms

	Kinds []plan.FaultKind // of faults, without and with a trigger; nil is all
	// Events are those that faults may wait for; nil is whatever has a form.
	Events    []plan.Event
	FaultsMax int
	Calls     *rapid.Generator[string] // the text of a call
	CallsMax  int
	// ReadyBefore the end of the run the last call is made.
	ReadyBefore time.Duration
}

// Plans draws Plans within the bounds. Links and disks are those of one rack.
func (b Bounds) Plans() *rapid.Generator[plan.Plan] {
	return rapid.Custom(func(t *rapid.T) plan.Plan {
		p := plan.Plan{
			Seed:     rapid.Uint64().Draw(t, "seed"),
			Guest:    b.Guest,
			Machines: b.Machines,
			Length:   b.Length,
			Heal:     env.Instant(b.Heal),
			Shuffle:  rapid.Bool().Draw(t, "shuffle"),
			Settings: b.Settings,
			Net:      plan.Net{Delay: 500 * time.Microsecond, Jitter: time.Millisecond},
			Disk:     plan.Disk{Sync: 200 * time.Microsecond, Jitter: 300 * time.Microsecond},
		}
		p.Script = script{
			machines: b.Machines, from: b.From, until: b.Length - b.ReadyBefore,
			tick: time.Millisecond, most: b.CallsMax, step: 1, text: b.Calls,
		}.draw(t)
		p.Faults = drawFaults(t, b.scene(), b.FaultsMax)
		return p
	})
}

// scene is where the faults of such Plans happen.
func (b Bounds) scene() scene {
	return scene{
		machines: b.Machines,
		kinds:    b.Kinds,
		from:     b.From,
		heal:     b.Heal,
		tick:     time.Millisecond,
		lasts:    [2]time.Duration{50 * time.Millisecond, b.ForMax},
		delays:   [2]time.Duration{time.Millisecond, 200 * time.Millisecond},
		everies:  [2]time.Duration{100 * time.Millisecond, 500 * time.Millisecond},
		rates:    [2]uint64{20_000, 1_000_000},
		nthMax:   12,
		texts:    rapid.SampledFrom([]string{"raft/log", "raft/stable", "raft/snapshots"}),
		events:   b.Events,
	}
}

// wild is the scene of any faults of a Plan.
func wild(p plan.Plan) scene {
	return scene{
		machines: p.Machines,
		heal:     time.Duration(p.Heal),
		tick:     1,
		lasts:    [2]time.Duration{1, lengthMax},
		delays:   [2]time.Duration{1, lengthMax},
		everies:  [2]time.Duration{10 * time.Millisecond, lengthMax},
		rates:    [2]uint64{1000, 1 << 40},
		nthMax:   1_000_000,
		texts:    words(),
	}
}

// durations draws from least to most, both included.
func durations(least, most time.Duration) *rapid.Generator[time.Duration] {
	return rapid.Map(rapid.Int64Range(int64(least), int64(most)), func(d int64) time.Duration { return time.Duration(d) })
}

// losses draws probabilities from least to just below 1.
func losses(least float64) *rapid.Generator[float64] {
	return rapid.OneOf(
		rapid.Float64Range(least, math.Nextafter(1, 0)),
		rapid.SampledFrom([]float64{0.3, math.SmallestNonzeroFloat64, math.Nextafter(1, 0), least}),
	)
}

// names draws names that mean nothing in a fault.
func names() *rapid.Generator[string] {
	meant := []string{plan.Leader, plan.Others, plan.Followers, plan.It, plan.Peer, plan.Any}
	return rapid.OneOf(
		rapid.SampledFrom([]string{"n1", "n2", "n3", "x", "for", "when", "then", "0"}),
		rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9._-]{0,31}`),
	).Filter(func(s string) bool { return !slices.Contains(meant, s) })
}

// texts draws what can stand at the end of a line.
func texts() *rapid.Generator[string] {
	return rapid.StringN(0, 40, -1).Filter(func(s string) bool {
		blankEnds := s != "" && (isBlank(s[0]) || isBlank(s[len(s)-1]))
		return !blankEnds && !slices.ContainsFunc([]rune(s), unicode.IsControl)
	})
}

// words draws texts of one word.
func words() *rapid.Generator[string] {
	return texts().Filter(func(s string) bool {
		return s != "" && !slices.ContainsFunc([]byte(s), isBlank)
	})
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// byTime sorts what was drawn, so that leaving one out leaves the others as they
// are.
func byTime[T any](list []T, at func(T) env.Instant) {
	slices.SortStableFunc(list, func(a, b T) int { return cmp.Compare(at(a), at(b)) })
}

// numbered is a label for the k-th of many draws.
func numbered(what string, k int) string { return fmt.Sprintf("%s %d", what, k+1) }
