// Package processes proves the deployed node: processes of `raftian serve` on
// loopback, killed, stopped, cut off and started again at random while players play;
// then the judges of the simulated runs read what everyone saw. It has no code but
// tests.
//
//	go test ./experiments/processes -v                              4 s of faults
//	go test ./experiments/processes -v -length 1m
//	go test ./experiments/processes -v -length 1h -timeout 2h       in rounds of a minute
//	go test ./experiments/processes -v -length 1m -bug no-dedup     it must fail
//
// Each round has a cluster of its own: of nodes that know each other from the beginning
// or, in half of the rounds, of nodes that join the first, and are put out when they
// are silent. -seed repeats the faults and calls of a round,
// though not what comes of them; -keep DIR keeps the trace of each round as a run
// file, for `raftian show` and `raftian check`.
//
//	processes_test.go  the flags, the rounds, what is reported
//	cluster_test.go    processes: start, kill, stop
//	wire_test.go       what lies between them: proxies that hold or reset
//	faults_test.go     what goes wrong
//	players_test.go    players, and watchers
//	judging_test.go    one trace from everyone's, and the judges
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

	"raftian/experiments/campaign"
	"raftian/experiments/findings"
	"raftian/linearizability"
	"raftian/netsim/env"
)

var (
	length = flag.Duration("length", 4*time.Second, "how long things go wrong, in all rounds together")
	round  = flag.Duration("round", time.Minute, "how long they do in one round at most")
	seed   = flag.Uint64("seed", 0, "of the first round; 0 draws one")
	bug    = flag.String("bug", "", "to plant in the nodes, one of those that raftian bugs lists")
	races  = flag.Bool("races", false, "have the processes look for data races in themselves")
	keep   = flag.String("keep", "", "directory for the run files of all rounds; without it only those that fail are kept, beside the test's output")
)

// nodes is how many there are.
const nodes = 5

func TestProcessesThatAreKilledKeepTheirPromises(t *testing.T) {
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
			one := play(t, program, first+n, min(left, *round))
			t.Log(one)
			all.add(one)
		})
		if !ok {
			break
		}
	}
	t.Logf("in all: %v", all)
}

// counts are what happened in a round.
type counts struct {
	rounds, ok, failed, unknown               int
	kills, leaders, stops, cuts, resets, ends int
	events, evicted, replaced, known          int
}

func (c *counts) add(o counts) {
	c.rounds, c.ok, c.failed, c.unknown = c.rounds+1, c.ok+o.ok, c.failed+o.failed, c.unknown+o.unknown
	c.kills, c.leaders, c.stops, c.cuts = c.kills+o.kills, c.leaders+o.leaders, c.stops+o.stops, c.cuts+o.cuts
	c.resets, c.ends, c.events = c.resets+o.resets, c.ends+o.ends, c.events+o.events
	c.evicted, c.replaced, c.known = c.evicted+o.evicted, c.replaced+o.replaced, c.known+o.known
}

func (c counts) String() string {
	return fmt.Sprintf("%d operations: %d ok, %d certainly without effect, %d unknown; %d kill -9 (%d of leaders), %d SIGTERM, "+
		"%d SIGSTOP, %d partitions, %d resets, %d nodes put out, %d disks replaced; %d events; %d known findings",
		c.ok+c.failed+c.unknown, c.ok, c.failed, c.unknown, c.kills, c.leaders, c.ends, c.stops, c.cuts, c.resets, c.evicted, c.replaced, c.events, c.known)
}

// play plays one round and has it judged.
func play(t *testing.T, program string, seed uint64, length time.Duration) (seen counts) {
	rng := rand.New(rand.NewPCG(seed, 0))
	c := newCluster(t, program, rng)
	if c.open {
		t.Log("nodes join, and are put out when they are silent")
	}
	c.begin()
	players := startPlayers(c, seed)
	watchers := startWatchers(c)
	seen = c.trouble(rng, length)
	c.recover(players, watchers)
	trace := c.traceOf(players)
	seen.events = len(trace)
	out := map[uint64]bool{}
	for k := range trace {
		if trace[k].Kind == env.KindMember && trace[k].Text == "out" {
			out[trace[k].Index] = true
		}
	}
	seen.evicted = len(out)
	for _, p := range players {
		seen.ok, seen.failed, seen.unknown = seen.ok+p.ok, seen.failed+p.failed, seen.unknown+p.unknown
	}
	if seen.ok == 0 {
		t.Error("no operation succeeded")
	}
	watchers.check(t, players)
	plan := planOf(seed, c.open, c.healed, c.ended)
	verdicts := judge(trace, plan, c.healed, c.ended)
	known := findings.Names(findings.Explain(findings.All(), findings.Run{Plan: plan, Raft: raftVersion(t), Verdicts: verdicts, Wire: wireOf(trace)}))
	failed, kept := t.Failed(), false
	for _, s := range campaign.SortOut(verdicts, known) {
		v := s.Unknown
		if v.Judge == "local-logs" && v.Outcome == linearizability.Pass {
			t.Logf("local logs %s", v.Reason)
		}
		if len(s.Findings) > 0 {
			kept = true
			seen.known++
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

// tail is the end of a file.
func tail(path string, lines int) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// raftVersion is the version of hashicorp/raft in the processes.
func raftVersion(t *testing.T) string {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "github.com/hashicorp/raft").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}
