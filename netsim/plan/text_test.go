package plan

import (
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// golden compares got with a file under testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *rewrite {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (-rewrite accepts it); got:\n%s", path, got)
	}
}

// sample has every kind of line.
func sample() Plan {
	at := func(s float64) env.Instant { return env.Instant(s * 1e9) }
	return Plan{
		Seed: 4711, Guest: "game", Machines: []string{"n1", "n2", "n3", "n4", "n5"},
		Length: 30 * time.Second, Heal: at(18), Shuffle: true,
		Settings: []Setting{{"heartbeat", "200ms"}, {"motto", "sink or swim = fun"}, {"quiet", ""}},
		Net:      Net{Delay: 500 * time.Microsecond, Jitter: time.Millisecond, Loss: 0.001},
		Disk:     Disk{Sync: 200 * time.Microsecond, Jitter: 300 * time.Microsecond},
		Script: []Step{
			{"n1", env.Call{At: at(0.512), Client: "p1", Seq: 17, Text: "n1 attack n2"}},
			{"n2", env.Call{At: at(0.6), Client: "p2", Seq: 1, Text: "say \"für  alle\" # not a comment"}},
			{"n1", env.Call{At: at(0.600000001), Client: "p1", Seq: 18}},
		},
		Faults: []Fault{
			{At: at(3.2), Kind: Partition, Groups: [][]string{{"n1", "n2"}, {"n3", "n4", "n5"}}, For: 2100 * time.Millisecond},
			{At: at(4), Kind: OneWay, Groups: [][]string{{Leader}, {Others}}, For: time.Second},
			{At: at(5), Kind: Slow, Groups: [][]string{{"n1"}, {"n2", "n3"}}, For: 2 * time.Second,
				Net: Net{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond}},
			{At: at(6), Kind: Lossy, Groups: [][]string{{"n1"}, {Others}}, For: 2 * time.Second, Net: Net{Loss: 0.3}},
			{At: at(7), Kind: Reset, Groups: [][]string{{"n1"}, {"n2"}}},
			{At: at(8), Kind: Power, Groups: [][]string{{"n3"}}, For: 90 * time.Second},
			{At: at(9), Kind: Kill, Groups: [][]string{{Leader, "n4"}}, For: 1500 * time.Nanosecond},
			{At: at(9.5), Kind: Flap, Groups: [][]string{{"n1"}, {"n2", "n3"}}, Every: 200 * time.Millisecond, For: 3 * time.Second},
			{At: at(10), Kind: Heavy, Groups: [][]string{{"n1"}, {Others}}, Net: Net{Delay: 5 * time.Millisecond}, For: 2 * time.Second},
			{At: at(10), Kind: Narrow, Groups: [][]string{{"n1"}, {"n2"}}, Rate: 50000, For: 2 * time.Second},
			{At: at(11), Kind: Stall, Groups: [][]string{{"n1"}, {"n2"}}, For: 2 * time.Second},
			{At: at(12), Kind: Storm, Groups: [][]string{{"n1", "n2"}}, Every: 300 * time.Millisecond, For: 3 * time.Second},
			{At: at(12), Kind: FsyncError, Groups: [][]string{{"n1"}}, For: time.Second},
			{At: at(12), Kind: WriteError, Groups: [][]string{{"n1"}}, For: time.Second},
			{At: at(12), Kind: Full, Groups: [][]string{{"n1"}}, For: 2 * time.Second},
			{At: at(13), Kind: SlowDisk, Groups: [][]string{{"n1"}}, Net: Net{Delay: 20 * time.Millisecond, Jitter: 10 * time.Millisecond}, For: 3 * time.Second},
			{At: at(13), Kind: StallDisk, Groups: [][]string{{"n1"}}, For: time.Second},
			{At: at(14), Kind: Rot, Groups: [][]string{{"n1"}}},
			{At: at(15), Kind: Replace, Groups: [][]string{{"n1"}}, For: 500 * time.Millisecond},
			{At: at(15), Kind: Kill, Groups: [][]string{{It}}, For: time.Second,
				When: Trigger{"n2", "fsync", "raft/log", "n3", "leader", 3, 100 * time.Microsecond}},
			{At: at(15.5), Kind: Reset, Groups: [][]string{{It}, {Peer, "n1"}}, When: Trigger{Who: Any, What: env.KindVote, Nth: 1}},
			{At: at(16), Kind: Partition, Groups: [][]string{{It}, {Others}}, For: time.Second,
				When: Trigger{Who: Leader, What: "rpc", Text: "then", Nth: 1_000_000}},
		},
	}
}

func TestThePrintedPlanIsTheGoldenText(t *testing.T) {
	golden(t, "sample.plan", sample().String())
}

func TestTheGoldenTextParsesToThePlan(t *testing.T) {
	text, err := os.ReadFile("testdata/sample.plan")
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse(string(text))
	if err != nil {
		t.Fatal(err)
	}
	if want := sample(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestEveryValidPlanPrintsAndParsesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyPlan(t)
		if err := want.Validate(); err != nil {
			t.Fatalf("the test drew an invalid plan: %v", err)
		}
		got, err := Parse(want.String())
		if err != nil {
			t.Fatalf("%v\n%s", err, want)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got  %+v\nwant %+v\n%s", got, want, want)
		}
	})
}

func TestCommentsBlanksAndOrderDoNotMatter(t *testing.T) {
	got, err := Parse("\n# a scene\r\n  raftian plan 1\r\n\tlength\t 90s \nmachines  n1 n2\n" +
		"  # two calls\ncall 500ms n1 p 1\t a  b \nguest game\ncall 1m n1 p 2")
	want := Plan{Guest: "game", Machines: []string{"n1", "n2"}, Length: 90 * time.Second, Script: []Step{
		{"n1", env.Call{At: 5e8, Client: "p", Seq: 1, Text: "a  b"}},
		{"n1", env.Call{At: 60e9, Client: "p", Seq: 2}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestDurationsPrintExactlyAndReadably(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0s", 1: "1ns", 1500: "1.5us", 300 * time.Microsecond: "300us", 2100 * time.Millisecond: "2.1s",
		time.Hour: "3600s", time.Second + 1: "1.000000001s", 999999999: "999.999999ms",
	} {
		if got := duration(d); got != want {
			t.Errorf("%d ns prints as %s, want %s", d, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(lengthMax)).Draw(t, "ns"))
		for _, text := range []string{duration(d), seconds(d)} {
			if got, err := parseDuration(text); err != nil || got != d {
				t.Fatalf("%d ns printed as %s and parsed as %d, %v", d, text, got, err)
			}
		}
	})
}

// anyPlan draws a valid Plan, with all that is allowed in it.
func anyPlan(t *rapid.T) Plan {
	name := rapid.StringMatching(`[a-zA-Z0-9][a-zA-Z0-9._-]{0,5}`).Filter(func(s string) bool { return !reserved(s) })
	anyDuration := rapid.Custom(func(t *rapid.T) time.Duration {
		return time.Duration(rapid.Int64Range(0, int64(lengthMax)).Draw(t, "ns"))
	})
	text := rapid.StringN(0, 40, -1).Filter(func(s string) bool { return badText(s) == "" })
	p := Plan{
		Seed:     rapid.Uint64().Draw(t, "seed"),
		Guest:    name.Draw(t, "guest"),
		Machines: rapid.SliceOfNDistinct(name, 1, 7, rapid.ID).Draw(t, "machines"),
		Length:   1 + rapid.Custom(func(t *rapid.T) time.Duration { return anyDuration.Draw(t, "length") % (lengthMax - 1) }).Draw(t, "length"),
		Shuffle:  rapid.Bool().Draw(t, "shuffle"),
		Net:      Net{anyDuration.Draw(t, "delay"), anyDuration.Draw(t, "jitter"), anyLoss(t)},
		Disk:     Disk{anyDuration.Draw(t, "sync"), anyDuration.Draw(t, "jitter")},
	}
	p.Heal = env.Instant(rapid.Int64Range(0, int64(p.Length)).Draw(t, "heal"))
	for _, key := range rapid.SliceOfNDistinct(name, 0, 4, rapid.ID).Draw(t, "keys") {
		p.Settings = append(p.Settings, Setting{key, text.Draw(t, "value")})
	}
	at := env.Instant(0)
	seqs := make(map[string]uint64)
	for range rapid.IntRange(0, 8).Draw(t, "calls") {
		at = env.Instant(rapid.Int64Range(int64(at), int64(p.Length)-1).Draw(t, "at"))
		i := rapid.IntRange(0, len(p.Machines)-1).Draw(t, "machine")
		client := fmt.Sprint("p", i)
		seqs[client] += rapid.Uint64Range(1, math.MaxUint64/16).Draw(t, "step")
		p.Script = append(p.Script, Step{p.Machines[i], env.Call{At: at, Client: client, Seq: seqs[client], Text: text.Draw(t, "text")}})
	}
	at = 0
	for p.Heal > 0 && len(p.Faults) < 8 && rapid.Bool().Draw(t, "another fault") {
		at = env.Instant(rapid.Int64Range(int64(at), int64(p.Heal)-1).Draw(t, "at"))
		if f, ok := anyFault(t, p.Machines); ok {
			f.At = at
			p.Faults = append(p.Faults, f)
		}
	}
	return p
}

// anyFault draws a fault; false if there are too few machines for its kind.
func anyFault(t *rapid.T, machines []string) (Fault, bool) {
	f := Fault{Kind: rapid.SampledFrom(kinds()).Draw(t, "kind")}
	shape, _ := shapeOf(f.Kind)
	who := []string{Leader, Others}
	if rapid.Bool().Draw(t, "triggered") {
		f.When = anyTrigger(t, machines)
		who = append(who, It, Peer)
	}
	names := rapid.Permutation(append(who, machines...)).Draw(t, "names")
	groups := shape.groupsMin + rapid.IntRange(0, min(2, shape.groupsMax-shape.groupsMin)).Draw(t, "groups")
	for len(f.Groups) < groups && len(names) > 0 {
		n := rapid.IntRange(1, len(names)).Draw(t, "size")
		f.Groups = append(f.Groups, names[:n:n])
		names = names[n:]
	}
	some := func(label string) time.Duration {
		return time.Duration(rapid.Int64Range(1, int64(lengthMax)).Draw(t, label))
	}
	for _, name := range shape.params {
		switch name {
		case paramDelay:
			f.Net.Delay = some("delay")
		case paramJitter:
			f.Net.Jitter = some("jitter")
		case paramLoss:
			f.Net.Loss = max(anyLoss(t), math.SmallestNonzeroFloat64)
		case paramRate:
			f.Rate = rapid.Uint64Range(rateMin, rateMax).Draw(t, "rate")
		case paramEvery:
			f.Every = max(some("every"), everyMin)
		case paramFor:
			f.For = some("for")
		default:
			t.Fatalf("the test knows no parameter %q", name)
		}
	}
	return f, len(f.Groups) >= shape.groupsMin
}

// anyTrigger draws a trigger, with few of its parts or all.
func anyTrigger(t *rapid.T, machines []string) Trigger {
	w := Trigger{
		Who:  rapid.SampledFrom(append([]string{Leader, Any}, machines...)).Draw(t, "who"),
		What: rapid.SampledFrom([]string{"fsync", "vote", "then", "of", "x.y-z"}).Draw(t, "what"),
		Nth:  rapid.IntRange(1, nthMax).Draw(t, "nth"),
		Wait: time.Duration(rapid.Int64Range(0, int64(lengthMax)).Draw(t, "wait")),
	}
	if rapid.Bool().Draw(t, "has text") {
		w.Text = rapid.StringN(1, 20, -1).Filter(func(s string) bool {
			return badText(s) == "" && !strings.ContainsAny(s, blanks)
		}).Draw(t, "text")
	}
	if rapid.Bool().Draw(t, "has peer") {
		w.Peer = rapid.SampledFrom(machines).Draw(t, "peer")
	}
	if rapid.Bool().Draw(t, "has role") {
		w.As = rapid.SampledFrom(roles()).Draw(t, "role")
	}
	return w
}

func anyLoss(t *rapid.T) float64 {
	return rapid.OneOf(rapid.Float64Range(0, math.Nextafter(1, 0)), rapid.SampledFrom([]float64{0, 0.3, 5e-324})).Draw(t, "loss")
}

func FuzzParse(f *testing.F) {
	f.Add(sample().String())
	f.Add("raftian plan 1\nguest g\nmachines n1\nlength 1h\nshuffle off\nnet loss 0x1p-3\ncall 1ns n1 p 1 \xff")
	f.Add("raftian plan 1\nguest g\nmachines a b\nlength 9s\nheal 9s\nfault 0s kill for for 1s\nfault 1s reset a,others - leader")
	f.Add("raftian plan 1\nguest g\nmachines a b\nlength 9s\nheal 9s\nfault 0s when a fsync of then nth 2 then kill it for 1s\n" +
		"fault 1s when any rpc to b as leader wait 0s nth 1 then reset it - peer\nfault 2s when then then then kill a for 1s")
	f.Add("raftian plan 1\nguest g\nmachines a b\nlength 9s\nheal 9s\nfault 1s narrow a - b rate 18446744073709551616 for 1s\n" +
		"fault 1s flap a | b every 9ms for 1s\nfault 1s heavy a - b delay 1ms jitter 1ms for 1s\nfault 1s rot a,b")
	f.Add("raftian plan 2\n")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse(text)
		if err != nil {
			if message := err.Error(); strings.ContainsAny(message, "\n\r") || !strings.HasPrefix(message, "line ") {
				t.Fatalf("an error that is not one line with its number: %q", message)
			}
			return
		}
		if err := p.Validate(); err != nil {
			t.Fatalf("parsed, but not valid: %v", err)
		}
		again, err := Parse(p.String())
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("printed and parsed differently: %v\n%s", err, p)
		}
	})
}
