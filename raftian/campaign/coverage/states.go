package coverage

// State is the name of an interesting state, as scripts know it.
type State string

// Votes and leaders.
const (
	Elections   State = "elections"
	Candidacies State = "failed_candidacies"
	Contested   State = "contested_elections" // another machine stood in the same term
	// SplitVotes: several machines stood in a term, which had no leader by the
	// time the next one was voted on, or by the end.
	SplitVotes      State = "split_votes"
	PreVotesRefused State = "prevotes_refused" // as the candidate learns
	VotesRefused    State = "votes_refused"    // as the candidate learns
	// VotesLost: a vote was made durable, and its candidate got no answer.
	VotesLost  State = "votes_lost"
	TwoLeaders State = "two_leaders"
	// LeasesExpired: as the library's warning says; without a diagnostic log of
	// that level such leaders are counted as deposed.
	LeasesExpired State = "leases_expired"
	Deposed       State = "leaders_deposed" // became followers otherwise
	// Transferred: a machine that was told to stand at once (TimeoutNow) led
	// within transferBound.
	Transferred    State = "leaderships_transferred"
	LeadersCutOff  State = "leaders_cut_off" // by one fault, from all but a minority
	LeaderCrashes  State = "leader_crashes"
	CallsAcross    State = "leader_changes_in_flight" // while a client waited
	UncommittedEnd State = "uncommitted_tails"        // of a new leader's log
)

// Entries and snapshots.
const (
	Conflicts State = "conflicts"
	// MinorityEnds: entries that a machine had appended while a fault kept it in
	// a minority were dropped.
	MinorityEnds   State = "minority_divergence"
	EntriesRefused State = "appends_refused" // as the leader learns, where it waits for the answer
	Snapshots      State = "snapshots"
	Installs       State = "snapshot_installs"
	InstallsLonger State = "installs_over_longer_log"
	InstallsFailed State = "installs_failed" // as the leader learns
	UserRestores   State = "user_restores"
	LocalJumps     State = "local_log_jumps"
)

// Machines and their disks.
const (
	RestartsLog      State = "restarts_from_log"
	RestartsSnapshot State = "restarts_from_snapshot"
	// Storms: a machine booted three times within stormBound, each after a crash.
	Storms         State = "restart_storms"
	MajoritiesDown State = "majorities_down"
	CrashesFsync   State = "crashes_in_fsync" // one begun and not completed
	// CrashesSnapshot: between the state machine's snapshot and the file's name
	// being durable.
	CrashesSnapshot State = "crashes_in_snapshot"
	CrashesInstall  State = "crashes_in_install" // of the one it was sent to
	CrashesConfig   State = "crashes_in_reconfiguration"
	TornTails       State = "torn_tails"
	Damage          State = "damage_found"   // what was durable once
	ErrorExits      State = "error_exits"    // once ready
	BootErrors      State = "boot_errors"    // before that
	DisksReplaced   State = "disks_replaced" // boots from an empty disk
	// DisksRefilled: a machine whose disk was replaced applied an entry or
	// installed a snapshot again.
	DisksRefilled State = "disks_refilled"
)

// The configuration, from its committed changes, and the operator's orders.
const (
	Added          State = "members_added"
	Promoted       State = "nonvoters_promoted"
	Demoted        State = "voters_demoted"
	Removed        State = "members_removed"
	Readmitted     State = "members_readmitted"
	LeadersRemoved State = "leaders_removed" // or demoted
	PutOut         State = "members_put_out" // by the leader: they were silent
	BackIn         State = "members_back_in" // after they were put out, or had left
	Left           State = "members_left"    // of their own accord
	OrdersDone     State = "orders_done"
	OrdersRefused  State = "orders_not_done"
)

// Clients' calls.
const (
	Duplicates State = "duplicates" // once for each machine that met one
	// RetriesAnswered: a call was answered well after its command had come twice.
	RetriesAnswered State = "retries_answered"
	DoubtfulEffects State = "unknown_took_effect"
	VerifiedReads   State = "verified_reads"
	VerifiedRefused State = "verified_reads_refused"
	LeaseReads      State = "lease_reads"
	LeaseRefused    State = "lease_reads_refused"
	LocalReads      State = "local_reads"
)

// The network, and faults on top of each other.
const (
	Resets      State = "resets"
	Held        State = "held_segments"
	Refused     State = "dials_refused"
	HalfOpen    State = "half_open_connections"
	Overlapping State = "overlapping_faults" // began while another was on
	Triggered   State = "triggered_faults"   // set off by an event
)

// Named is a State with its meaning in a few words.
type Named struct {
	State State
	Words string
}

// States lists every State in the order in which they are shown.
func States() []Named {
	return []Named{
		{Elections, "elections won"},
		{Candidacies, "candidacies that failed"},
		{Contested, "elections won against another candidate"},
		{SplitVotes, "votes split so that nobody won"},
		{PreVotesRefused, "pre-votes refused"},
		{VotesRefused, "votes refused"},
		{VotesLost, "votes granted whose answer was lost"},
		{TwoLeaders, "two leaders of different terms at once"},
		{LeasesExpired, "leaders whose lease expired"},
		{Deposed, "leaders deposed"},
		{Transferred, "leaderships transferred"},
		{LeadersCutOff, "leaders cut off in a minority"},
		{LeaderCrashes, "leaders crashed"},
		{CallsAcross, "leaders changed with calls in flight"},
		{UncommittedEnd, "new leaders with uncommitted entries"},

		{Conflicts, "log suffixes dropped for a conflict"},
		{MinorityEnds, "log ends grown in a minority, dropped"},
		{EntriesRefused, "entries refused by a follower"},
		{Snapshots, "snapshots taken"},
		{Installs, "snapshots installed from the leader"},
		{InstallsLonger, "snapshots installed over a longer log"},
		{InstallsFailed, "snapshots that did not get through"},
		{UserRestores, "snapshots restored by the operator"},
		{LocalJumps, "local logs that jumped over a snapshot"},

		{RestartsLog, "restarts from a log on disk"},
		{RestartsSnapshot, "restarts from a snapshot on disk"},
		{Storms, "machines crashed thrice within 5 s"},
		{MajoritiesDown, "majorities of machines down at once"},
		{CrashesFsync, "crashes in the middle of an fsync"},
		{CrashesSnapshot, "crashes while a snapshot was taken"},
		{CrashesInstall, "crashes while a snapshot came in"},
		{CrashesConfig, "crashes with a configuration pending"},
		{TornTails, "torn log tails dropped at restart"},
		{Damage, "damaged bytes found"},
		{ErrorExits, "programs ended by an error"},
		{BootErrors, "programs kept from booting by an error"},
		{DisksReplaced, "boots from an empty disk"},
		{DisksRefilled, "empty disks filled again"},

		{Added, "machines added"},
		{Promoted, "non-voters promoted"},
		{Demoted, "voters demoted"},
		{Removed, "machines removed"},
		{Readmitted, "machines removed and let in again"},
		{LeadersRemoved, "leaders removed or demoted"},
		{PutOut, "silent machines put out"},
		{BackIn, "machines back in the game"},
		{Left, "machines that left"},
		{OrdersDone, "operator's orders done"},
		{OrdersRefused, "operator's orders not done"},

		{Duplicates, "commands that came twice"},
		{RetriesAnswered, "retries answered from the session table"},
		{DoubtfulEffects, "calls in doubt that took effect"},
		{VerifiedReads, "verified reads answered"},
		{VerifiedRefused, "verified reads not answered"},
		{LeaseReads, "reads answered on a lease"},
		{LeaseRefused, "reads on a lease not answered"},
		{LocalReads, "local reads answered"},

		{Resets, "connections reset"},
		{HalfOpen, "connections found half open"},
		{Refused, "connections refused"},
		{Held, "segments held back"},
		{Overlapping, "faults that began during another"},
		{Triggered, "faults set off by an event"},
	}
}
