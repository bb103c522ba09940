package guest

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/plan"
)

// standard are the standard cluster's settings.
func standard(machines []string) []plan.Setting {
	return []plan.Setting{
		{Key: "peers", Value: strings.Join(machines, ",")},
		{Key: "heartbeat", Value: "200ms"},
		{Key: "election", Value: "200ms"},
		{Key: "lease", Value: "100ms"},
		{Key: "commit", Value: "20ms"},
		{Key: "snapshot-interval", Value: "2s"},
		{Key: "snapshot-threshold", Value: "256"},
		{Key: "trailing", Value: "128"},
		{Key: "fps", Value: "60"},
		{Key: "op-timeout", Value: "2s"},
	}
}

// choice is a setting and what it may be in half of the seeds; in the others it
// is what it is in the standard cluster, or what the node takes by default.
type choice struct {
	key    string
	values []string // one may be there twice, to be drawn more often
}

// choices are the settings that hang on no other. Small numbers are frequent:
// with them a run of half a minute sees what otherwise takes a day.
func choices() []choice {
	return []choice{
		{"commit", []string{"10ms", "50ms", "100ms"}},
		{"snapshot-interval", []string{"100ms", "300ms", "300ms", "1s", "5s"}},
		{"snapshot-threshold", []string{"1", "2", "8", "16", "64", "1000"}},
		{"trailing", []string{"0", "0", "1", "4", "16", "1000"}},
		{"log-cache", []string{"0", "0", "0", "4", "64"}},
		{"max-append", []string{"1", "2", "16", "512"}},
		{"in-flight", []string{"1", "4", "16", "128"}},
		{"pool", []string{"0", "1", "8"}},
		{"rpc-timeout", []string{"300ms", "500ms", "2s", "3s"}},
		{"op-timeout", []string{"1s", "3s", "5s"}},
		{"fps", []string{"30", "120", "240"}},
		{"pre-vote", []string{"off"}},
		{"batch", []string{"on"}},
		{"restore-on-start", []string{"off"}},
		{"restore-committed", []string{"off", "off", "on"}},
		{"monotonic", []string{"off", "on"}},
		{"shutdown-on-remove", []string{"off"}},
		{"new-time", []string{"on"}},
	}
}

// eviction is after how long a silent machine is put out, where it is.
func eviction() choice { return choice{"evict", []string{"off", "1s", "2s", "3s"}} }

// dropEviction returns a plan's settings, without eviction if it could cost what is
// committed: a majority of those who are left must keep what is on their disks,
// however many were put out (node.Node's guard leaves a majority of all), and
// operators must not take votes besides.
func dropEviction(p plan.Plan, voters []string) []plan.Setting {
	w := len(worn(p))
	least := len(voters)/2 + 1
	if w == 0 || w <= (least-1)/2 && !dismisses(p) {
		return p.Settings
	}
	return slices.DeleteFunc(slices.Clone(p.Settings), func(s plan.Setting) bool { return s.Key == "evict" })
}

// dismisses says whether operators take votes, or remove machines: their programs may
// end of it.
func dismisses(p plan.Plan) bool {
	return slices.ContainsFunc(p.Script, func(s plan.Step) bool {
		verb, _, _ := strings.Cut(s.Text, " ")
		return s.Client == env.Operator && slices.Contains([]order{demote, remove, readd, leave}, order(verb))
	})
}

// drawn draws the settings of a seed, each from a stream of its own, and returns
// those that are not standard. recovery is how long the plan has after its heal.
func drawn(seed uint64, machines []string, recovery time.Duration) []plan.Setting {
	list := append(timeouts(seed, recovery), chosen(seed, choices())...)
	if n := nonvoters(stream(seed, "nonvoters"), machines); len(n) > 0 {
		list = append(list, plan.Setting{Key: "nonvoters", Value: strings.Join(n, ",")})
	}
	if s := spare(stream(seed, "spares"), voters(list, machines)); s != "" {
		list = append(list, plan.Setting{Key: "spares", Value: s})
	}
	return over(list, compaction(stream(seed, "compaction")))
}

// chosen draws those of the choices that are not standard.
func chosen(seed uint64, choices []choice) []plan.Setting {
	var list []plan.Setting
	for _, c := range choices {
		if rng := stream(seed, c.key); rng.IntN(2) == 1 {
			list = append(list, plan.Setting{Key: c.key, Value: c.values[rng.IntN(len(c.values))]})
		}
	}
	return list
}

func stream(seed uint64, key string) *rand.Rand { return plan.Stream(seed, "setting "+key) }

// timeouts draws those of Raft. The library wants the lease at most as long as
// the heartbeat timeout, and that at most as long as the election timeout
// (config.go, ValidateConfig): so these two are drawn as parts of the first.
//
// An election takes up to twice each timeout, and one in two may fail. At a
// thirtieth of the time to recover and twice that, five of them have room in the
// four fifths of it that judges wait.
func timeouts(seed uint64, recovery time.Duration) []plan.Setting {
	heartbeat := pick(stream(seed, "heartbeat"), 200, 100, 150, 300, 500)
	most := max(int(heartbeatShort/time.Millisecond), int(recovery/time.Millisecond)/30)
	heartbeat = min(heartbeat, most)
	election := heartbeat * pick(stream(seed, "election"), 100, 150, 200) / 100
	lease := heartbeat * pick(stream(seed, "lease"), 50, 75, 100) / 100
	ms := func(n int) string { return strconv.Itoa(n) + "ms" }
	return []plan.Setting{{Key: "heartbeat", Value: ms(heartbeat)}, {Key: "election", Value: ms(election)}, {Key: "lease", Value: ms(lease)}}
}

// heartbeatShort is a heartbeat timeout that any drawn plan may have, and half of an
// election timeout.
const heartbeatShort = 200 * time.Millisecond

// Recovery is how long a Plan must leave after its Heal for recovery to be judged:
// what is left to drawn plans of its length, five failed elections with its
// timeouts, as timeouts says, and the time in which a machine is in again, where the
// silent are put out, or operators give orders that end its program. What is drawn is
// what its plan leaves time for.
func Recovery(p plan.Plan) time.Duration {
	most := max(plan.Recovery(p.Length), 2500*time.Millisecond)
	heartbeat, election := timeoutsOf(p.Settings)
	if heartbeat > heartbeatShort {
		most = max(most, 30*heartbeat)
	}
	if election > 2*heartbeatShort {
		most = max(most, 15*election)
	}
	if dismisses(p) {
		most = max(most, afterOrders(p.Settings))
	}
	return max(most, afterEviction(p.Settings))
}

// afterEviction is how long a plan must leave after its heal where the silent are put
// out; 0 where they are not. Judges wait for four fifths of what is left.
func afterEviction(settings []plan.Setting) time.Duration {
	evict := durationOf(settings, "evict", 0)
	if evict == 0 {
		return 0
	}
	heartbeat, election := timeoutsOf(settings)
	patience := max(evict/2, 2*(heartbeat+election)) // as node.Node's
	return (patience + comingBack) * 5 / 4
}

// afterOrders is the same where operators give orders that end a machine's program: an
// order may be carried out until its deadline.
func afterOrders(settings []plan.Setting) time.Duration {
	return (durationOf(settings, "op-timeout", 2*time.Second) + comingBack) * 5 / 4
}

// comingBack is how long a machine takes to be in again once it is to: a second to boot,
// and some rounds to be added, to catch up and to be let in.
const comingBack = 2500 * time.Millisecond

func timeoutsOf(settings []plan.Setting) (heartbeat, election time.Duration) {
	return durationOf(settings, "heartbeat", heartbeatShort), durationOf(settings, "election", heartbeatShort)
}

// durationOf is a setting, a minute at most.
func durationOf(settings []plan.Setting, key string, otherwise time.Duration) time.Duration {
	d, err := time.ParseDuration(valueOf(settings, key, ""))
	if err != nil {
		return otherwise
	}
	return min(d, time.Minute)
}

// pick draws the usual number half of the time, or else one of the others.
func pick(rng *rand.Rand, usual int, others ...int) int {
	if rng.IntN(2) == 0 {
		return usual
	}
	return others[rng.IntN(len(others))]
}

// nonvoters draws, for one seed in four, machines that begin without a vote:
// fewer than half.
func nonvoters(rng *rand.Rand, machines []string) []string {
	most := (len(machines) - 1) / 2
	if rng.IntN(4) != 0 || most < 1 {
		return nil
	}
	places := rng.Perm(len(machines))[:1+rng.IntN(most)]
	slices.Sort(places)
	var names []string
	for _, i := range places {
		names = append(names, machines[i])
	}
	return names
}

// spare draws, for one seed in five, a machine that begins outside the cluster,
// from those that would have a vote; "" is none.
func spare(rng *rand.Rand, voters []string) string {
	if rng.IntN(5) != 0 || len(voters) < 3 {
		return ""
	}
	return voters[rng.IntN(len(voters))]
}

// compaction draws, for one seed in three, settings with which a log is compacted
// all the time, down to next to nothing: who falls behind is sent a snapshot.
func compaction(rng *rand.Rand) []plan.Setting {
	if rng.IntN(3) != 0 {
		return nil
	}
	of := func(values ...string) string { return values[rng.IntN(len(values))] }
	return []plan.Setting{
		{Key: "snapshot-interval", Value: of("50ms", "100ms", "200ms")},
		{Key: "snapshot-threshold", Value: of("1", "2", "4")},
		{Key: "trailing", Value: of("0", "0", "1", "2")},
	}
}

// shortLogs says whether machines compact their logs often, and keep little of them.
func shortLogs(settings []plan.Setting) bool {
	trailing, err1 := strconv.Atoi(valueOf(settings, "trailing", "128"))
	threshold, err2 := strconv.Atoi(valueOf(settings, "snapshot-threshold", "256"))
	interval, err3 := time.ParseDuration(valueOf(settings, "snapshot-interval", "2s"))
	return cmp.Or(err1, err2, err3) == nil && trailing <= 4 && threshold <= 16 && interval <= time.Second
}

// commitPerEntry is the commit timeout, at most, for each entry that fits into a
// request.
const commitPerEntry = 5 * time.Millisecond

// quicken bounds the commit timeout by what fits into a request. A burst of
// commands wakes a leader's pipeline once, which sends one request; the rest waits
// for the commit timeout, a request each time (replication.go, pipelineReplicate).
// A burst of sixty, one in a request, would take longer than a client waits.
func quicken(settings []plan.Setting) []plan.Setting {
	entries, err1 := strconv.Atoi(valueOf(settings, "max-append", "64"))
	commit, err2 := time.ParseDuration(valueOf(settings, "commit", ""))
	most := time.Duration(entries) * commitPerEntry
	if err1 != nil || err2 != nil || commit <= most {
		return settings
	}
	return over(settings, []plan.Setting{{Key: "commit", Value: most.String()}})
}

// over replaces settings by others of the same key, and adds those of new keys.
func over(settings, others []plan.Setting) []plan.Setting {
next:
	for _, s := range others {
		for k := range settings {
			if settings[k].Key == s.Key {
				settings[k] = s
				continue next
			}
		}
		settings = append(settings, s)
	}
	return settings
}

// valueOf is a setting's value, or the one that the node takes without it.
func valueOf(settings []plan.Setting, key, otherwise string) string {
	for _, s := range settings {
		if s.Key == key {
			return s.Value
		}
	}
	return otherwise
}

// listed are the machines that a setting lists.
func listed(settings []plan.Setting, key string) []string {
	value := valueOf(settings, key, "")
	if value == "" {
		return nil
	}
	return strings.Split(value, ",")
}

// voters are the machines that begin with a vote.
func voters(settings []plan.Setting, machines []string) []string {
	without := slices.Concat(listed(settings, "nonvoters"), listed(settings, "spares"))
	var names []string
	for _, name := range machines {
		if !slices.Contains(without, name) {
			names = append(names, name)
		}
	}
	return names
}

// round is how long one round of Raft may take with the settings, for links and
// disks to be drawn by: to a follower and back, with an fsync at each end.
//
// A leader hears of a follower at least a round trip and a fifth of the heartbeat
// timeout after the last time (replication.go, heartbeat), and steps down unless
// it hears of a majority within its lease. And what clients ask for in a second
// must fit into half of the rounds of that second, max-append entries in each.
func round(settings []plan.Setting, rate float64) (time.Duration, error) {
	heartbeat, err1 := time.ParseDuration(valueOf(settings, "heartbeat", ""))
	lease, err2 := time.ParseDuration(valueOf(settings, "lease", ""))
	entries, err3 := strconv.ParseFloat(valueOf(settings, "max-append", "64"), 64)
	if err := cmp.Or(err1, err2, err3); err != nil {
		return 0, fmt.Errorf("a guest's setting: %w", err)
	}
	least := time.Millisecond
	heard := lease - heartbeat/5
	served := time.Duration(float64(time.Second) * min(1000, entries/(2*rate)))
	return max(least, min(heard, served)), nil
}
