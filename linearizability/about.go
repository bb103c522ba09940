package linearizability

import "raftian/linearizability/invariant"

// About says what a judge is there for.
type About struct {
	Judge   string `json:"judge"`
	Asserts string `json:"asserts"` // what holds if it passes
	// Needs are the notes without which it has not run, whatever else was told; the
	// kinds are described in package env.
	Needs   []string `json:"needs"`
	Example string   `json:"example"` // a run that it fails
	Source  string   `json:"source"`  // where the property is stated
}

// Judges are the standard judges, in the order of their verdicts.
func Judges() []About {
	all := []About{
		{Judge: "election-safety", Asserts: "at most one machine becomes leader in any one term",
			Example: "n1 and n3 both lead term 4", Source: "Raft §5.2, figure 3"},
		{Judge: "log-matching", Asserts: "two logs with an entry of one index and term agree in it and in all before it",
			Example: "entry 7 of term 2 has one payload on n1 and another on n2", Source: "Raft §5.3, figure 3"},
		{Judge: "leader-completeness", Asserts: "what was committed in one term is in the log of every leader of a later one",
			Example: "n2 leads term 3 without entry 5, which term 2 committed", Source: "Raft §5.4.3, figure 3"},
		{Judge: "state-machine-safety", Asserts: "no two machines apply different entries at one index, or are in different states after it",
			Example: "n1 and n2 applied entry 9 and have different states", Source: "Raft §5.4.3, figure 3"},
		{Judge: "monotonic", Asserts: "terms, commit and applied indexes do not go back, nor what was durable across a crash; nobody votes twice",
			Example: "n2 comes back from a power loss in term 3, and had made term 4 durable", Source: "Raft, figure 2; Thesis §3.8"},
		{Judge: "acknowledged", Asserts: "what a client was told to have happened at a log index did happen there, and stays",
			Example: "a command was answered ok as entry 8, and entry 8 is another command", Source: "Raft §8; Thesis §6.3"},
		{Judge: "exactly-once", Asserts: "a command takes effect once, however often it was sent",
			Example: "operation 3 of p1 took effect as entry 5 and as entry 9", Source: "Raft §8; Thesis §6.3"},
		{Judge: "local-logs", Asserts: "every machine's local log is a prefix of the longest, and all are alike some time after the faults",
			Example: "the local log of n2 leaves out entry 6", Source: "Raft §5.4.3, carried on to what a player sees"},
		{Judge: "linearizability", Asserts: "each call can be thought to take effect at one moment between its call and its return",
			Example: "a read answers what was there before a write that had returned", Source: "Herlihy and Wing 1990"},
		{Judge: "sessions", Asserts: "a client reads what it wrote, never less than it has read, and local reads see a prefix of the log",
			Example: "p2 has seen entry 9 and then reads the state after entry 7", Source: "Terry et al. 1994"},
		{Judge: "quorum", Asserts: "a majority of the voters is behind each leader and each commit",
			Example: "n1 took entry 4 for committed when 1 of 3 voters had it", Source: "Raft §5.2, §5.4.2, §6"},
		{Judge: "membership", Asserts: "one server changes at a time, is let in only once it is in the configuration, and is in again in the end",
			Example: "the configurations of entries 4 and 6 differ in n2 and n3", Source: "Thesis §4.1, §4.2.1"},
		{Judge: "liveness", Asserts: "after the faults there is a leader, all machines catch up, calls succeed, and every program ends when asked to",
			Example: "no machine led within 12 s after the faults", Source: "Raft §5.6, §9.3"},
		{Judge: "no-panic", Asserts: "the process ends well: no panic, no fatal error, no data race",
			Example: "panic: log not found", Source: "none: a crash is a bug"},
		{Judge: "rpc-rate", Asserts: "no machine sends more requests than a ceiling in a second, or what has no effect again and again",
			Example: "n3 installed one snapshot more than 16 times in a row", Source: "none in Raft; see the judge"},
	}
	for k, j := range NewPanel(Options{}).judges {
		all[k].Needs = notesOf(j.Needs())
	}
	return all
}

// notesOf names needs; those of liveness are parts of it, and it says itself which of
// them it could not judge.
func notesOf(needs []invariant.Need) []string {
	notes := []string{}
	for _, n := range needs {
		notes = append(notes, n.Note)
	}
	return notes
}
