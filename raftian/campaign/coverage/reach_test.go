package coverage

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// reaching has, for every State, a story that reaches it once, and what else the
// story reaches.
func reaching() map[State]struct {
	story *story
	also  string
} {
	type of = struct {
		story *story
		also  string
	}
	return map[State]of{
		// Votes and leaders.
		Elections:       {tell(role("n1", "candidate", 1), leads("n1", 1)), ""},
		Candidacies:     {tell(role("n1", "candidate", 1), role("n1", "follower", 1)), ""},
		Contested:       {tell(stands("n1", 2), stands("n2", 2), leads("n2", 2)), "elections 1"},
		SplitVotes:      {tell(stands("n1", 2), stands("n2", 2), stands("n1", 3), leads("n1", 3)), "elections 1"},
		PreVotesRefused: {tell(hears("n1", "n2", "RequestPreVote", 0)), ""},
		VotesRefused:    {tell(hears("n1", "n2", "RequestVote", 0)), ""},
		VotesLost: {tell(asks("n1", "n2", "RequestVote", 4), votes("n2", "n1", 4),
			hears("n1", "n2", "RequestVote i/o timeout", 0)), ""},
		TwoLeaders: {tell(leads("n1", 1), leads("n2", 2)), "elections 2"},
		LeasesExpired: {tell(leads("n1", 1), said("n1", env.KindDiag, "[WARN]  raft: "+leaseWarning),
			role("n1", "follower", 1)), "elections 1"},
		Deposed:       {tell(leads("n1", 1), role("n1", "follower", 1)), "elections 1"},
		Transferred:   {tell(asks("n1", "n2", "TimeoutNow", 0), role("n2", "candidate", 2), leads("n2", 2)), "elections 1"},
		LeadersCutOff: {tell(leads("n1", 1), fault(1, "partition n1,n2 | n3,n4,n5 for 1s")), "elections 1"},
		LeaderCrashes: {tell(leads("n1", 1), kill("n1")), "elections 1"},
		CallsAcross: {tell(leads("n1", 1), invokes("n3", "p3", 1, "hit"), role("n1", "follower", 1), leads("n2", 2)),
			"elections 2, leaders_deposed 1"},
		UncommittedEnd: {tell(appends("n1", 1, 5), commits("n2", 4), leads("n1", 2)), "elections 1"},

		// Entries and snapshots.
		Conflicts: {tell(appends("n1", 1, 5), drops("n1", "suffix", 4, 5)), ""},
		MinorityEnds: {tell(fault(1, "partition n1 | n2,n3,n4,n5 for 1s"), appends("n1", 6, 7), mend(1, "partition"),
			drops("n1", "suffix", 7, 7)), "conflicts 1"},
		EntriesRefused: {tell(hears("n1", "n2", "AppendEntries", 0)), ""},
		Snapshots:      {tell(said("n1", env.KindSnapshot, "")), ""},
		Installs:       {tell(appends("n1", 1, 5), restores("n1", "install", 9)), ""},
		InstallsLonger: {tell(appends("n1", 1, 10), restores("n1", "install", 9)), "snapshot_installs 1"},
		InstallsFailed: {tell(hears("n1", "n2", "InstallSnapshot EOF", 0)), ""},
		UserRestores:   {tell(restores("n1", "user", 9)), ""},
		LocalJumps:     {tell(said("n1", env.KindLocal, "jump")), ""},

		// Machines and their disks.
		RestartsLog:      {tell(again("n1"), note("n1", env.Note{Kind: env.KindLog, Index: 1, Count: 5})), ""},
		RestartsSnapshot: {tell(again("n1"), restores("n1", "start", 9)), ""},
		Storms:           {tell(again("n1"), again("n1"), again("n1")), ""},
		MajoritiesDown:   {tell(kill("n1"), kill("n2"), kill("n3"), kill("n4")), ""},
		CrashesFsync:     {tell(note("n1", env.Note{Kind: trace.KindCrash, Text: "power", Count: 2})), ""},
		CrashesSnapshot:  {tell(said("n1", env.KindSnapshot, ""), kill("n1")), "snapshots 1"},
		CrashesInstall:   {tell(asks("n1", "n2", "InstallSnapshot", 3), kill("n2")), ""},
		CrashesConfig:    {tell(commits("n2", 6), reconfigures("n1", 7), kill("n1")), ""},
		TornTails:        {tell(said("n1", env.KindCorrupt, "raft/log/1.seg was torn at byte 7: dropped 5 bytes")), ""},
		Damage:           {tell(said("n1", env.KindCorrupt, "raft/log/1.seg is corrupt at byte 7: a checksum is wrong")), ""},
		ErrorExits:       {tell(said("n1", trace.KindExit, "no space left on device")), ""},
		BootErrors:       {tell(again("n1"), said("n1", trace.KindExit, "raft/log/1.seg is corrupt")), ""},
		DisksReplaced:    {tell(kill("n1"), boot("n1", "empty disk")), ""},
		DisksRefilled: {tell(kill("n1"), boot("n1", "empty disk"), applies("n1", "p1", 1, ""), applies("n1", "p1", 2, "")),
			"disks_replaced 1"},

		// The configuration.
		Added:    {tell(configured("n1", 1, "n1 n2 voters"), configured("n1", 5, "n1 n2 n3 voters")), ""},
		Promoted: {tell(configured("n1", 1, "n1 n2 voters, n3 nonvoters"), configured("n1", 5, "n1 n2 n3 voters")), ""},
		Demoted:  {tell(configured("n1", 1, "n1 n2 n3 voters"), configured("n1", 5, "n1 n2 voters, n3 nonvoters")), ""},
		Removed:  {tell(configured("n1", 1, "n1 n2 n3 voters"), configured("n1", 5, "n1 n2 voters")), ""},
		Readmitted: {tell(configured("n1", 1, "n1 n2 n3 voters"), configured("n1", 5, "n1 n2 voters"),
			configured("n1", 6, "n1 n2 voters, n3 nonvoters")), "members_removed 1"},
		LeadersRemoved: {tell(configured("n1", 1, "n1 n2 n3 voters"), leads("n3", 2), reconfigures("n3", 5),
			role("n3", "follower", 2), configured("n1", 5, "n1 n2 voters")), "elections 1, leaders_deposed 1, members_removed 1"},
		PutOut:        {tell(enrolled("n1", 5, "n3", "out"), enrolled("n2", 5, "n3", "out")), ""},
		BackIn:        {tell(enrolled("n1", 5, "n3", "out"), enrolled("n1", 9, "n3", "in"), enrolled("n1", 10, "n4", "in")), "members_put_out 1"},
		Left:          {tell(enrolled("n1", 5, "n3", "left")), ""},
		OrdersDone:    {tell(invokes("n1", env.Operator, 1, "transfer"), returns("n1", env.Operator, 1, "ok")), ""},
		OrdersRefused: {tell(invokes("n1", env.Operator, 1, "transfer"), returns("n1", env.Operator, 1, "fail no leader")), ""},

		// Calls.
		Duplicates: {tell(applies("n1", "p1", 1, ""), applies("n1", "p1", 1, "duplicate")), ""},
		RetriesAnswered: {tell(invokes("n1", "p1", 1, "hit"), applies("n2", "p1", 1, ""), applies("n2", "p1", 1, "duplicate"),
			returns("n1", "p1", 1, "ok 90")), "duplicates 1"},
		DoubtfulEffects: {tell(invokes("n1", "p1", 1, "hit"), returns("n1", "p1", 1, "unknown no answer"),
			applies("n2", "p1", 1, ""), applies("n3", "p1", 1, "")), ""},
		VerifiedReads: {tell(invokes("n1", "p1", 1, "verified look n1"), returns("n1", "p1", 1, "ok 90")), ""},
		VerifiedRefused: {tell(invokes("n1", "p1", 1, "verified look n1"), returns("n1", "p1", 1, "fail no leader")),
			""},
		LeaseReads:   {tell(invokes("n1", "p1", 1, "lease look"), returns("n1", "p1", 1, "ok")), ""},
		LeaseRefused: {tell(invokes("n1", "p1", 1, "lease look"), returns("n1", "p1", 1, "fail")), ""},
		LocalReads: {tell(invokes("n1", "p1", 1, "local look"), returns("n1", "p1", 1, "ok"),
			invokes("n1", "p1", 2, "local look"), returns("n1", "p1", 2, "fail")), ""},

		// The network and faults.
		Resets:      {tell(said("n1", trace.KindReset, "fault")), ""},
		HalfOpen:    {tell(said("n1", trace.KindReset, halfOpenReset)), "resets 1"},
		Refused:     {tell(said("n1", trace.KindRefuse, "timeout")), ""},
		Held:        {tell(said("n1", trace.KindHold, "cut")), ""},
		Overlapping: {tell(fault(1, "slow n1 - n2 delay 5ms jitter 1ms for 1s"), fault(2, "kill n1 for 1s")), ""},
		Triggered:   {tell(triggered, fault(1, "kill n1 for 1s"), mend(1, "kill"), fault(2, "kill n1 for 1s")), ""},
	}
}

func TestEveryStateIsReachedOnceByItsStory(t *testing.T) {
	stories := reaching()
	for _, s := range States() {
		of, told := stories[s.State]
		if !told {
			t.Errorf("no story reaches %s", s.State)
			continue
		}
		want := fmt.Sprintf("%s 1", s.State)
		if of.also != "" {
			want = sorted(want + ", " + of.also)
		}
		wantStates(t, string(s.State), of.story, want)
		delete(stories, s.State)
	}
	if len(stories) > 0 {
		t.Errorf("states that are never shown: %v", stories)
	}
}

// What has just not come about is not counted.
func TestNearMissesReachNothing(t *testing.T) {
	tail := appends("n1", 1, 5)
	for name, c := range map[string]struct {
		story *story
		want  string
	}{
		"a story of nothing": {tell(), ""},
		"a leader after another, at rest": {tell(leads("n1", 1), kill("n1"), leads("n2", 2)),
			"elections 2, leader_crashes 1"},
		"a leader after another, the only caller dead": {tell(leads("n1", 1), invokes("n1", "p1", 1, "hit"), kill("n1"), leads("n2", 2)),
			"elections 2, leader_crashes 1"},
		"the same leader with calls in flight": {tell(leads("n1", 1), invokes("n2", "p2", 1, "hit"), kill("n1"), boot("n1"), leads("n1", 2)),
			"elections 2, leader_crashes 1"},
		"an order in flight": {tell(leads("n1", 1), invokes("n3", env.Operator, 1, "transfer"), kill("n1"), leads("n2", 2)),
			"elections 2, leader_crashes 1"},
		"a leader that ended":                     {tell(leads("n1", 1), said("n1", trace.KindExit, ""), leads("n2", 1)), "elections 2"},
		"a leader that lost its lease in the end": {tell(leads("n1", 1), said("n1", env.KindDiag, leaseWarning), kill("n1")), "elections 1, leader_crashes 1"},
		"a lease of an earlier life": {tell(leads("n1", 1), said("n1", env.KindDiag, leaseWarning), again("n1"), leads("n1", 2), role("n1", "follower", 2)),
			"elections 2, leader_crashes 1, leaders_deposed 1"},
		"a lease of an earlier time": {tell(leads("n1", 1), said("n1", env.KindDiag, leaseWarning), role("n1", "follower", 1), leads("n1", 2),
			role("n1", "follower", 2)), "elections 2, leaders_deposed 1, leases_expired 1"},
		"one that stands alone":              {tell(stands("n1", 2), leads("n1", 2), stands("n2", 3), leads("n2", 3)), "elections 2, two_leaders 1"},
		"a vote in a term gone by":           {tell(stands("n1", 3), stands("n2", 2), leads("n1", 3)), "elections 1"},
		"votes split in the end":             {tell(stands("n1", 3), stands("n2", 3), said("", trace.KindEnd, "")), "split_votes 1"},
		"a vote that was answered":           {tell(asks("n1", "n2", "RequestVote", 4), votes("n2", "n1", 4), hears("n1", "n2", "RequestVote", 1)), ""},
		"a vote for someone else":            {tell(asks("n1", "n2", "RequestVote", 4), votes("n2", "n3", 4), hears("n1", "n2", "RequestVote EOF", 0)), ""},
		"a vote of another term":             {tell(votes("n2", "n1", 3), asks("n1", "n2", "RequestVote", 4), hears("n1", "n2", "RequestVote EOF", 0)), ""},
		"a request that failed":              {tell(hears("n1", "n2", "RequestPreVote EOF", 0), hears("n1", "n2", "AppendEntries EOF", 0)), ""},
		"a heartbeat refused":                {tell(hears("n1", "n2", "Heartbeat", 0)), ""},
		"a transfer to someone else":         {tell(asks("n1", "n2", "TimeoutNow", 0), leads("n3", 2), leads("n2", 3)), "elections 2, two_leaders 1"},
		"a transfer that came to nothing":    {tell(asks("n1", "n2", "TimeoutNow", 0), role("n2", "candidate", 2), role("n2", "follower", 2), leads("n2", 3)), "elections 1, failed_candidacies 1"},
		"an election long after a transfer":  {tell(asks("n1", "n2", "TimeoutNow", 0), wait(transferBound), leads("n2", 3)), "elections 1"},
		"a leader with the majority":         {tell(leads("n1", 1), fault(1, "partition n1,n2,n3 | n4,n5 for 1s")), "elections 1"},
		"a leader with half":                 {tell(four, leads("n1", 1), fault(1, "partition n1,n2 | n3,n4 for 1s")), "elections 1, leaders_cut_off 1"},
		"half of four down":                  {tell(four, kill("n1"), kill("n2")), ""},
		"a leader that is a bridge":          {tell(leads("n1", 1), fault(1, "partition n2,n3 | n4,n5 for 1s")), "elections 1"},
		"a leader on a slow link":            {tell(leads("n1", 1), fault(1, "slow n1 - n2,n3,n4,n5 delay 5ms jitter 1ms for 1s")), "elections 1"},
		"a new leader without more":          {tell(tail, commits("n2", 5), leads("n1", 2)), "elections 1"},
		"a new leader whose end was applied": {tell(tail, note("n2", env.Note{Kind: env.KindApply, Index: 5}), leads("n1", 2)), "elections 1"},
		"a new leader whose end was dropped": {tell(tail, commits("n2", 3), drops("n1", "suffix", 4, 5), leads("n1", 2)),
			"conflicts 1, elections 1"},
		"the first configuration":    {tell(reconfigures("n1", 1), leads("n1", 2), kill("n1")), "elections 1, leader_crashes 1"},
		"a configuration committed":  {tell(reconfigures("n1", 7), configured("n2", 7, "n1 voters"), kill("n1")), ""},
		"a configuration taken back": {tell(reconfigures("n1", 7), drops("n1", "suffix", 7, 7), kill("n1")), "conflicts 1"},

		"a conflict of entries from before the cut": {tell(tail, fault(1, "partition n1 | n2,n3,n4,n5 for 1s"), appends("n1", 6, 7),
			mend(1, "partition"), appends("n1", 8, 9), drops("n1", "suffix", 8, 9)), "conflicts 1"},
		"a conflict of a majority's entries": {tell(fault(1, "partition n1 | n2,n3,n4,n5 for 1s"), appends("n2", 6, 7),
			drops("n2", "suffix", 6, 7)), "conflicts 1"},
		"a conflict of entries from after the cut": {tell(fault(1, "partition n1 | n2,n3,n4,n5 for 1s"), mend(1, "partition"),
			appends("n1", 6, 7), drops("n1", "suffix", 6, 7)), "conflicts 1"},
		"a conflict after another cut": {tell(fault(1, "partition n1 | n2,n3,n4,n5 for 1s"), appends("n1", 6, 7), mend(1, "partition"),
			fault(2, "flap n1 | n2,n3,n4,n5 every 1s for 4s"), mend(2, "flap"), drops("n1", "suffix", 7, 7), appends("n1", 7, 7),
			drops("n1", "suffix", 7, 7)), "conflicts 2, minority_divergence 1"},
		"an install over a shorter log": {tell(appends("n1", 1, 9), drops("n1", "suffix", 5, 9), restores("n1", "install", 7)),
			"conflicts 1, snapshot_installs 1"},
		"an install over no log":    {tell(appends("n1", 1, 9), drops("n1", "prefix", 1, 9), restores("n1", "install", 7)), "snapshot_installs 1"},
		"an install over a tail":    {tell(appends("n1", 1, 9), drops("n1", "prefix", 1, 5), restores("n1", "install", 7)), "installs_over_longer_log 1, snapshot_installs 1"},
		"a first boot from a log":   {tell(note("n1", env.Note{Kind: env.KindLog, Index: 1, Count: 5})), ""},
		"a restart from nothing":    {tell(again("n1"), note("n1", env.Note{Kind: env.KindLog})), ""},
		"an install that succeeded": {tell(asks("n1", "n2", "InstallSnapshot", 3), hears("n1", "n2", "InstallSnapshot", 1), kill("n2")), ""},
		"an install whose sender died": {tell(asks("n1", "n2", "InstallSnapshot", 3), again("n1"), kill("n2")),
			""},
		"a snapshot that is there": {tell(said("n1", env.KindSnapshot, ""), said("n1", trace.KindFsync, "raft/snapshots/3-9-1.tmp"),
			said("n1", trace.KindFsync, "raft/snapshots"), kill("n1")), "snapshots 1"},
		"a snapshot given up":        {tell(said("n1", env.KindSnapshot, ""), said("n1", env.KindDiag, "[ERROR] raft: "+snapshotError), kill("n1")), "snapshots 1"},
		"a snapshot of another":      {tell(said("n1", env.KindSnapshot, ""), kill("n2"), again("n2")), "snapshots 1"},
		"restarts far apart":         {tell(again("n1"), again("n1"), wait(stormBound), again("n1"), again("n2")), ""},
		"a storm after an old crash": {tell(again("n1"), wait(stormBound), again("n1"), again("n1"), again("n1")), "restart_storms 1"},
		"a program that does not come up": {tell(again("n1"), said("n1", trace.KindExit, "no"), boot("n1"), said("n1", trace.KindExit, "no"), boot("n1"),
			said("n1", trace.KindExit, "no"), boot("n1")), "boot_errors 3"},
		"a snapshot cut short, and another crash": {tell(said("n1", env.KindSnapshot, ""), again("n1"), again("n1")), "crashes_in_snapshot 1, snapshots 1"},
		"an install cut short, and another crash": {tell(asks("n1", "n2", "InstallSnapshot", 3), again("n2"), again("n2")), "crashes_in_install 1"},
		"ended, most of them":                     {tell(said("n1", trace.KindExit, ""), said("n2", trace.KindExit, ""), said("n3", trace.KindExit, "")), "majorities_down 1"},
		"a storm, and after it":                   {tell(again("n1"), again("n1"), again("n1"), again("n1"), again("n1")), "restart_storms 1"},
		"half of them down":                       {tell(kill("n1"), kill("n2"), boot("n1"), kill("n3")), ""},
		"a program that is done":                  {tell(said("n1", trace.KindExit, "")), ""},
		"an empty disk, kept empty":               {tell(kill("n1"), boot("n1", "empty disk"), applies("n2", "p1", 1, "")), "disks_replaced 1"},
		"an empty disk, a snapshot": {tell(kill("n1"), boot("n1", "empty disk"), restores("n1", "install", 9)),
			"disks_refilled 1, disks_replaced 1, snapshot_installs 1"},
		"the same configuration twice": {tell(configured("n1", 1, "n1 n2 voters"), configured("n1", 5, "n1 n2 n3 voters"), configured("n2", 5, "n1 n2 n3 voters"),
			configured("n2", 1, "n1 n2 voters")), "members_added 1"},
		"a follower removed": {tell(configured("n1", 1, "n1 n2 n3 voters"), leads("n1", 2), reconfigures("n1", 5), reconfigures("n3", 5),
			configured("n1", 5, "n1 n2 voters")), "elections 1, members_removed 1"},
		"a leader demoted": {tell(configured("n1", 1, "n1 n2 voters"), leads("n1", 2), reconfigures("n1", 5), configured("n1", 5, "n2 voters, n1 nonvoters")),
			"elections 1, leaders_removed 1, voters_demoted 1"},

		"a call answered once":            {tell(invokes("n1", "p1", 1, "hit"), applies("n1", "p1", 1, ""), returns("n1", "p1", 1, "ok")), ""},
		"a duplicate after the answer":    {tell(invokes("n1", "p1", 1, "hit"), applies("n1", "p1", 1, ""), returns("n1", "p1", 1, "ok"), applies("n1", "p1", 1, "duplicate")), "duplicates 1"},
		"a call in doubt, applied before": {tell(invokes("n1", "p1", 1, "hit"), applies("n1", "p1", 1, ""), returns("n1", "p1", 1, "unknown")), "unknown_took_effect 1"},
		"a call in doubt, applied all over": {tell(invokes("n1", "p1", 1, "hit"), applies("n1", "p1", 1, ""), returns("n1", "p1", 1, "unknown"),
			applies("n2", "p1", 1, "")), "unknown_took_effect 1"},
		"a call in doubt that came twice":  {tell(invokes("n1", "p1", 1, "hit"), returns("n1", "p1", 1, "unknown"), applies("n2", "p1", 1, "duplicate")), "duplicates 1"},
		"a call in doubt that came to nil": {tell(invokes("n1", "p1", 1, "hit"), returns("n1", "p1", 1, "unknown"), applies("n2", "p1", 2, "")), ""},
		"a call refused and yet applied":   {tell(invokes("n1", "p1", 1, "hit"), returns("n1", "p1", 1, "fail"), applies("n2", "p1", 1, "")), ""},
		"a call made anew after a crash": {tell(invokes("n1", "p1", 1, "hit"), again("n1"), invokes("n1", "p1", 1, "hit"), invokes("n1", "p1", 1, "hit"),
			returns("n1", "p1", 1, "ok"), leads("n1", 1), kill("n1"), leads("n2", 2)), "elections 2, leader_crashes 1"},
		"faults one after the other": {tell(fault(1, "kill n1 for 1s"), mend(1, "kill"), fault(2, "kill n1 for 1s")), ""},
		"a fault at its time":        {tell(fault(1, "kill n1 for 1s")), ""},
	} {
		wantStates(t, name, c.story, c.want)
	}
}

// A call that is forgotten leaves no trace: the count of open ones stays right.
func TestCallsInFlightAreCountedRight(t *testing.T) {
	s := tell(invokes("n1", "p1", 1, "hit"), invokes("n1", "p1b", 1, "hit"), invokes("n2", "p2", 1, "hit"),
		returns("n1", "p1b", 1, "unknown"), again("n1"), returns("n1", "p1", 1, "ok"), invokes("n3", "p3", 1, "hit"))
	c := NewCounter(s.plan)
	for k := range s.events {
		c.Event(&s.events[k])
	}
	if c.calls.open != 2 || len(c.calls.at["n1"]) != 0 || len(c.calls.byID) != 3 {
		t.Errorf("%d open, %v, %d known; want two open, of n2 and n3, and one in doubt", c.calls.open, c.calls.at, len(c.calls.byID))
	}
}

// sorted sorts a list of counts.
func sorted(list string) string {
	parts := strings.Split(list, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}
