package play

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/game/live"
	"raftian/netsim/env"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/api"
)

// testSession is a Session on a cluster of its own.
type testSession struct {
	*Session
	t       *testing.T
	cluster *Cluster
	record  *Recorder
}

func startSession(t *testing.T, pace time.Duration) *testSession {
	t.Helper()
	p := &testSession{t: t, record: NewRecorder([]string{"n1", "n2", "n3"}, []plan.Setting{{Key: "lease", Value: "100ms"}})}
	var err error
	p.cluster, err = NewCluster(t.Context(), ClusterOptions{Nodes: 3, FPS: 60, Dir: t.TempDir(), Record: p.record})
	if err != nil {
		t.Fatal(err)
	}
	http := api.PlainHTTP()
	p.Session = NewSession(SessionOptions{City: "n1", Addresses: p.cluster.API(), Machines: p.cluster, Record: p.record, Pace: pace,
		Client: func(name string, last uint64, nodes []string) *api.Client {
			return api.NewClient(api.ClientOptions{Name: name, Nodes: nodes, HTTP: http, Last: last})
		},
		Save: func(context.Context) (string, error) { return "saved", nil }})
	t.Cleanup(func() {
		p.Close()
		if err := p.cluster.Stop(); err != nil {
			t.Error(err)
		}
	})
	p.await("a leader", func(s *live.Snapshot) bool { return s.Leader != "" && len(s.Cities) == 3 && s.Node == "n1" })
	return p
}

// await waits until a snapshot satisfies holds.
func (p *testSession) await(what string, holds func(*live.Snapshot) bool) *live.Snapshot {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 30*time.Second)
	defer cancel()
	for {
		s := p.Snapshot()
		if holds(s) {
			return s
		}
		if ctx.Err() != nil {
			p.t.Fatalf("not within 30 s: %s; it is %+v", what, s)
		}
		p.Wait(ctx, s.Version)
	}
}

func health(s *live.Snapshot, city string) int {
	for _, c := range s.Cities {
		if c.Name == city {
			return c.Health
		}
	}
	return -1
}

func node(s *live.Snapshot, id string) live.Node {
	for _, n := range s.Nodes {
		if n.ID == id {
			return n
		}
	}
	return live.Node{}
}

// stages returns the stages of the player's next call, in the order observed.
func (p *testSession) stages(line string) []live.Stage {
	p.t.Helper()
	before := len(p.Snapshot().Calls)
	last := uint64(0)
	if before > 0 {
		last = p.Snapshot().Calls[before-1].ID
	}
	var seen []live.Stage
	p.Do(line)
	p.await("the end of "+line, func(s *live.Snapshot) bool {
		i := slices.IndexFunc(s.Calls, func(c live.Call) bool { return c.ID > last && c.Mine })
		if i < 0 {
			return false
		}
		if stage := s.Calls[i].Stage; len(seen) == 0 || seen[len(seen)-1] != stage {
			seen = append(seen, stage)
		}
		return s.Calls[i].Stage.Ended()
	})
	return seen
}

func TestAttackPrintsEachStage(t *testing.T) {
	t.Parallel()
	p := startSession(t, 0)
	seen := p.stages("attack n2")
	if seen[len(seen)-1] != live.Applied || !slices.IsSorted(seen) {
		t.Errorf("the stages are %v", seen)
	}
	s := p.await("n2 is hit", func(s *live.Snapshot) bool { return health(s, "n2") == 90 })
	e := s.Events[len(s.Events)-1]
	if e.Input != "n1 attack n2" || e.Output != "hit n2 90" || e.City.Health != 90 || e.Frame == 0 || e.Index != s.Index {
		t.Errorf("it is told as %+v", e)
	}
	// A city that attacked last must rest.
	if seen := p.stages("attack n3"); seen[len(seen)-1] != live.Rejected {
		t.Errorf("a second attack in a row: %v", seen)
	}
	if seen := p.stages("add zoo"); seen[len(seen)-1] != live.Applied {
		t.Errorf("add zoo: %v", seen)
	}
	p.await("zoo is there", func(s *live.Snapshot) bool { return health(s, "zoo") == 100 && len(s.Latencies) >= 3 })
	p.Do("nonsense")
	p.await("nonsense is refused in words", func(s *live.Snapshot) bool { return strings.Contains(s.Message, "nonsense") })
}

// While the player's node is cut off, the session shows that node's log. A command is
// committed elsewhere, and applied once the node is healed.
func TestCutNodeAnswersLocalStatus(t *testing.T) {
	t.Parallel()
	p := startSession(t, 0)
	p.Do("cut n1")
	p.await("another leads", func(s *live.Snapshot) bool { return node(s, "n1").Cut && s.Leader != "" && s.Leader != "n1" })
	p.Do("attack n2")
	s := p.await("it is committed", func(s *live.Snapshot) bool {
		return slices.ContainsFunc(s.Calls, func(c live.Call) bool { return c.Stage == live.Committed })
	})
	if health(s, "n2") != 100 || s.Node != "n1" {
		t.Errorf("as %s has it, n2 has health %d before the attack is in its log", s.Node, health(s, "n2"))
	}
	p.Do("heal")
	p.await("n1 has it too", func(s *live.Snapshot) bool { return health(s, "n2") == 90 })
}

// A command without a leader is in doubt. Once there is one, it takes effect once.
func TestCommandInDoubtIsResolved(t *testing.T) {
	t.Parallel()
	p := startSession(t, 0)
	leader := p.Snapshot().Leader
	for _, id := range []string{"n2", "n3"} {
		p.Do("kill " + id)
	}
	p.await("two are down", func(s *live.Snapshot) bool { return node(s, "n2").Down && node(s, "n3").Down && s.Leader == "" })
	p.Do("attack n2")
	s := p.await("it is in doubt", func(s *live.Snapshot) bool {
		return slices.ContainsFunc(s.Calls, func(c live.Call) bool { return c.Stage == live.InDoubt })
	})
	if health(s, "n2") != 100 {
		t.Errorf("n2 has health %d while the attack is in doubt (leader was %s)", health(s, "n2"), leader)
	}
	for _, id := range []string{"n2", "n3"} {
		p.Do("start " + id)
	}
	p.await("it is resolved", func(s *live.Snapshot) bool { return health(s, "n2") == 90 && s.Leader != "" })
	p.Do("kill n1")
	p.await("another node's log is followed", func(s *live.Snapshot) bool { return s.Node != "n1" })
	p.Do("as n2")
	p.await("n2 is played", func(s *live.Snapshot) bool { return s.City == "n2" && s.Node == "n2" && health(s, "n2") == 90 })
}

func TestBotsPlayAndPause(t *testing.T) {
	t.Parallel()
	p := startSession(t, 20*time.Millisecond)
	p.await("bots attack", func(s *live.Snapshot) bool {
		return slices.ContainsFunc(s.Events, func(e live.Event) bool { return strings.HasPrefix(e.Client, "bot-") })
	})
	p.Do("bots")
	p.await("they rest", func(s *live.Snapshot) bool { return s.Bots == live.BotsPaused })
	time.Sleep(200 * time.Millisecond) // for commands under way
	was := p.Snapshot().Index
	time.Sleep(300 * time.Millisecond)
	if now := p.Snapshot().Index; now != was {
		t.Errorf("they play on, from entry %d to %d", was, now)
	}
}

func TestSessionIsRecorded(t *testing.T) {
	t.Parallel()
	p := startSession(t, 30*time.Millisecond)
	p.Do("attack n2")
	p.await("some entries", func(s *live.Snapshot) bool { return s.Index > 15 && s.Recorded > 100 })
	p.Do("cut n2")
	p.await("n2 is cut off", func(s *live.Snapshot) bool { return node(s, "n2").Cut })
	p.Do("heal n2")
	p.Do("kill n3")
	p.await("n3 is down", func(s *live.Snapshot) bool { return node(s, "n3").Down && strings.Contains(s.Message, "n3 is killed") })
	p.Do("start n3")
	p.await("n3 is back", func(s *live.Snapshot) bool { n := node(s, "n3"); return n.Answers && !n.Down && n.Commit > 15 })
	p.Do("save")
	p.await("it is saved", func(s *live.Snapshot) bool { return s.Message == "saved" })
	path := filepath.Join(t.TempDir(), "a.run")
	r := p.record.Recording()
	if err := r.Write(path, []Section{{Tag: "word", Value: "x"}}); err != nil {
		t.Fatal(err)
	}
	f, err := trace.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if pl, err := plan.Parse(f.Header().Plan); err != nil || pl.Validate() != nil || !f.Header().Live || len(pl.Machines) != 3 {
		t.Errorf("its header is %+v (%v)", f.Header(), err)
	}
	kinds, at := map[string]int{}, env.Instant(0)
	var e trace.Event
	for f.Event(&e) == nil {
		if e.At < at {
			t.Fatalf("event %d is before the one before it", e.N)
		}
		at = e.At
		kinds[e.Kind]++
		switch {
		case e.Kind == trace.KindFault:
			if k, _ := plan.ParseFault(e.Text); k.Kind != plan.Partition || len(k.Groups) != 2 {
				t.Errorf("the cut is recorded as %q", e.Text)
			}
		case e.Kind == trace.KindCrash && (e.Machine != "n3" || e.Boot != 1):
			t.Errorf("what is recorded as killed is %s, incarnation %d", e.Machine, e.Boot)
		}
	}
	for kind, least := range map[string]int{trace.KindBoot: 4, trace.KindCrash: 1, trace.KindFault: 1, trace.KindMend: 1, trace.KindEnd: 1,
		env.KindInvoke: 10, env.KindReturn: 10, env.KindApply: 40, env.KindRole: 5} {
		if kinds[kind] < least {
			t.Errorf("%d events of kind %s, want %d at least", kinds[kind], kind, least)
		}
	}
	if _, _, err := f.Section(); err != nil {
		t.Errorf("what was added is not there: %v", err)
	}
}

func TestRecordingStopsAtLimit(t *testing.T) {
	r := NewRecorder([]string{"n1", "n2"}, nil)
	r.note(trace.Event{Machine: "n1", Boot: 1, Note: env.Note{Kind: trace.KindBoot}})
	r.note(trace.Event{Machine: "n1", Boot: 1, Note: env.Note{Kind: trace.KindCrash}})
	r.note(trace.Event{Machine: "n1", Boot: 1, Note: env.Note{Kind: env.KindRole}}) // of the crashed incarnation
	r.note(trace.Event{Machine: "n1", Boot: 2, Note: env.Note{Kind: trace.KindBoot}})
	if n, full := r.Count(); n != 3 || full != "" {
		t.Errorf("%d events, %q", n, full)
	}
	r.begun = time.Now().Add(-2 * time.Hour)
	r.note(trace.Event{Machine: "n1", Boot: 2, Note: env.Note{Kind: env.KindRole}})
	if n, full := r.Count(); n != 3 || full == "" {
		t.Errorf("after two hours it goes on: %d events, %q", n, full)
	}
	var none *Recorder
	none.note(trace.Event{})
	none.cut("n1", true)
}
