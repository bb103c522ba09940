// Package processes tests the deployed node: processes of `raftian serve` on loopback
// are killed, stopped, cut off and restarted at random while players play. Then the
// judges of simulated runs read one trace of what all of them reported. It has no code
// but tests.
//
//	go test ./experiments/processes -v                              4 s of faults
//	go test ./experiments/processes -v -length 1m
//	go test ./experiments/processes -v -length 1h -timeout 2h       in rounds of a minute
//	go test ./experiments/processes -v -length 1m -bug no-dedup     must fail
//
// Each round has a cluster of its own. In half of the rounds the nodes know each other
// from the start; in the others they join the first one, and are evicted when they are
// silent. -seed repeats the faults and calls of a round, but not their results. -keep
// DIR keeps the trace of each round as a run file, for `raftian show` and `raftian
// check`.
//
//	processes_test.go  flags, rounds, report
//	cluster_test.go    processes: start, kill, stop
//	proxy_test.go      proxies between them that hold bytes or reset connections
//	faults_test.go     faults
//	players_test.go    players and watchers
//	judging_test.go    one trace of all events, and the judges
package processes

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
)

var (
	length = flag.Duration("length", 4*time.Second, "time with faults, of all rounds together")
	round  = flag.Duration("round", time.Minute, "time with faults of one round at most")
	seed   = flag.Uint64("seed", 0, "of the first round; 0 draws one")
	bug    = flag.String("bug", "", "to plant in the nodes, one of those that raftian bugs lists")
	races  = flag.Bool("races", false, "run the processes with the race detector")
	keep   = flag.String("keep", "", "directory for the run files of all rounds; without it only those that fail are kept, in the temporary directory")
)

// nodes is the number of nodes.
const nodes = 5

func TestKilledProcessesKeepGuarantees(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes 15 s")
	}
	program := filepath.Join(t.TempDir(), "raftian")
	build := []string{"build", "-o", program, "raftian/raftian/full"}
	if *races {
		build = slices.Insert(build, 1, "-race")
	}
	if out, err := exec.Command("go", build...).CombinedOutput(); err != nil {
		t.Fatalf("building the command: %v\n%s", err, out)
	}
	first := *seed
	if first == 0 {
		first = rand.Uint64N(1 << 32)
	}
	var all counts
	for left, n := *length, uint64(0); left > 0; left, n = left-*round, n+1 {
		ok := t.Run(fmt.Sprintf("seed %d", first+n), func(t *testing.T) {
			one := playRound(t, program, first+n, min(left, *round))
			t.Log(one)
			all.add(one)
		})
		if !ok {
			break
		}
	}
	t.Logf("in all: %v", all)
}

// counts are statistics of a round.
type counts struct {
	rounds, ok, failed, unknown                       int
	kills, leaders, stops, cuts, resets, terminations int
	events, evicted, replaced, knownFindings          int
}

func (c *counts) add(o counts) {
	c.rounds, c.ok, c.failed, c.unknown = c.rounds+1, c.ok+o.ok, c.failed+o.failed, c.unknown+o.unknown
	c.kills, c.leaders, c.stops, c.cuts = c.kills+o.kills, c.leaders+o.leaders, c.stops+o.stops, c.cuts+o.cuts
	c.resets, c.terminations, c.events = c.resets+o.resets, c.terminations+o.terminations, c.events+o.events
	c.evicted, c.replaced, c.knownFindings = c.evicted+o.evicted, c.replaced+o.replaced, c.knownFindings+o.knownFindings
}

func (c counts) String() string {
	return fmt.Sprintf("%d operations: %d ok, %d certainly without effect, %d unknown; %d kill -9 (%d of leaders), %d SIGTERM, "+
		"%d SIGSTOP, %d partitions, %d resets, %d nodes evicted, %d disks replaced; %d events; %d known findings",
		c.ok+c.failed+c.unknown, c.ok, c.failed, c.unknown, c.kills, c.leaders, c.terminations, c.stops, c.cuts, c.resets, c.evicted, c.replaced, c.events, c.knownFindings)
}

// playRound runs one round and judges it.
func playRound(t *testing.T, program string, seed uint64, length time.Duration) (seen counts) {
	rng := rand.New(rand.NewPCG(seed, 0))
	c := newCluster(t, program, rng)
	if c.joining {
		t.Log("nodes join, and are evicted when they are silent")
	}
	c.startAll()
	players := startPlayers(c, seed)
	watchers := startWatchers(c)
	seen = c.injectFaults(rng, length)
	c.awaitConvergence(players, watchers)
	trace := c.traceOf(players)
	seen.events = len(trace)
	evicted := map[uint64]bool{}
	for k := range trace {
		if trace[k].Kind == env.KindMember && trace[k].Text == "out" {
			evicted[trace[k].Index] = true
		}
	}
	seen.evicted = len(evicted)
	for _, p := range players {
		seen.ok, seen.failed, seen.unknown = seen.ok+p.ok, seen.failed+p.failed, seen.unknown+p.unknown
	}
	if seen.ok == 0 {
		t.Error("no operation succeeded")
	}
	watchers.check(t, players)
	plan := planOf(seed, c.joining, c.healed, c.ended)
	verdicts := judge(trace, plan, c.healed, c.ended)
	known := defects.Names(defects.Explain(defects.All(), defects.Run{Plan: plan, Raft: raftVersion(t), Verdicts: verdicts, Wire: encode(trace)}))
	failed, kept := t.Failed(), false
	for _, s := range campaign.SortOut(verdicts, known) {
		v := s.Unknown
		if v.Judge == "local-logs" && v.Outcome == linearizability.Pass {
			t.Logf("local logs %s", v.Reason)
		}
		if len(s.Findings) > 0 {
			kept = true
			seen.knownFindings++
			t.Logf("known findings %s: %s: %s", strings.Join(s.Findings, " "), v.Judge, v.Reason)
		}
		if !s.Known() && v.Outcome != linearizability.Pass {
			failed = true
			t.Errorf("%v %s: %s", v.Outcome, v.Judge, v.Reason)
			for _, e := range v.Evidence {
				t.Errorf("    event %d: %s", e.Event, e.Text)
			}
		}
	}
	dir := *keep
	if dir == "" && (failed || kept) {
		dir = os.TempDir()
	}
	if dir != "" {
		file := filepath.Join(dir, fmt.Sprintf("processes-%d.run", seed))
		if err := save(file, plan, trace, verdicts, raftVersion(t)); err != nil {
			t.Errorf("keeping the round: %v", err)
		}
		t.Logf("kept in %s", file)
	}
	if failed {
		for _, p := range c.processes {
			t.Logf("%s said last:\n%s", p.id, tail(p.log, 8))
			keepLog(t, p)
		}
	}
	return seen
}

// tail returns the last lines of a file.
func tail(path string, lines int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// raftVersion returns the version of hashicorp/raft in the processes.
func raftVersion(t *testing.T) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/hashicorp/raft").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
