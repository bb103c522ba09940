package bugs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/campaign/campaigntest"
	"raftian/raftian/defects"
	"raftian/raftian/guest"
)

var evidence = flag.Bool("evidence", false, "write linearizability/EVIDENCE.md again")

// evidenceText begins that page.
const evidenceText = `# One example of evidence for each judge

A verdict that fails names the few events that contradict each other. Their numbers
are those that ` + "`raftian show FILE.run`" + ` prints, which marks them with ` + "`>`" + `; the forms of
` + "`raftian export`" + ` point at them, too.

Each example is a bug of the zoo, the first seed at which its judge notices it, and what
the command prints of that judge. They are of %s and move with every change of what is
drawn from a seed. This page is made by

    go test ./raftian/bugs -run TestEvidence -evidence

No bug of the zoo has two machines lead one term; for that judge there is a case of its
script, which ` + "`go test ./linearizability/invariant`" + ` plays.
`

// examples are the bugs that show each judge at work.
func examples() map[string]string {
	return map[string]string{
		"log-matching": "conflict-kept", "leader-completeness": "readmit-early", "state-machine-safety": "map-order-fsm",
		"monotonic": "log-not-synced", "acknowledged": "ack-before-commit", "exactly-once": "no-dedup",
		"local-logs": "local-log-skips", "linearizability": "stale-leader-read", "sessions": "session-forgotten",
		"quorum": "evict-unreachable", "membership": "add-before-change", "liveness": "snapshot-not-synced", "no-panic": "asserts-no-duplicate", "rpc-rate": "retry-storm",
	}
}

func TestEvidenceIsShownForEachJudge(t *testing.T) {
	judges := linearizability.NewPanel(linearizability.Options{}).Verdicts()
	for _, v := range judges {
		name := examples()[v.Judge]
		if b, ok := Find(name); v.Judge != "election-safety" && (!ok || b.Judge != v.Judge) {
			t.Errorf("%s is shown by %q, which is for %q", v.Judge, name, b.Judge)
		}
	}
	if !*evidence {
		t.Skip("it is written only if -evidence asks for it")
	}
	campaigntest.Sources(t)
	p, err := campaign.Build(t.Context(), toolchain.Options{Package: campaign.GameWorld})
	if err != nil {
		t.Fatal(err)
	}
	c := &catcher{program: p, known: defects.All(), sound: map[uint64]map[string]bool{}}
	var page strings.Builder
	fmt.Fprintf(&page, evidenceText, p.GoVersion)
	for _, v := range judges {
		fmt.Fprintf(&page, "\n## %s\n\n", v.Judge)
		if v.Judge == "election-safety" {
			page.WriteString(electionCase(t))
			continue
		}
		c.example(t, &page, examples()[v.Judge])
	}
	path := filepath.Join("..", "..", "linearizability", "EVIDENCE.md")
	if err := os.WriteFile(path, []byte(page.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// example adds what the judge of a bug says of it.
func (c *catcher) example(t *testing.T, page *strings.Builder, name string) {
	t.Helper()
	b, _ := Find(name)
	seed, err := c.seed(t.Context(), b)
	if err != nil || seed == 0 {
		t.Fatalf("%s is caught at seed %d, %v", name, seed, err)
	}
	pl, err := c.program.Draw(t.Context(), guest.Options{Seed: seed, Faults: plan.All, Bug: name})
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.program.Run(t.Context(), pl)
	if err != nil {
		t.Fatal(err)
	}
	k := slices.IndexFunc(r.Verdicts, func(v linearizability.Verdict) bool { return v.Judge == b.Judge })
	v := r.Verdicts[k]
	fmt.Fprintf(page, "    go run ./raftian run --seed %d --bug %s\n\n```\n%s  %s  %s\n", seed, name, v.Outcome, v.Judge, v.Reason)
	campaign.PrintEvidence(page, "    ", v)
	page.WriteString("```\n")
}

// electionCase is a case of the judge's script.
func electionCase(t *testing.T) string {
	t.Helper()
	const name = "linearizability/invariant/testdata/election-safety.txt"
	script, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	for c := range strings.SplitSeq(string(script), "\n\n") {
		if strings.HasPrefix(c, "case two machines lead one term") {
			return fmt.Sprintf("`%s`:\n\n```\n%s\n```\n", name, strings.TrimSpace(c))
		}
	}
	t.Fatal("the script has no such case")
	return ""
}
