// Package known tells failures that their owner knows of from others: by a file of
// entries, each of which says which violation it is and by what path in the trace it came
// about, step by step, on the same machines, with the same terms and indexes. It is for
// everyone's own systems what package findings is for hashicorp/raft, whose recognisers
// are programs. A violation that looks alike but has no such path is not known.
//
//	known.go   File and Entry; Language, what a file may say
//	parse.go   reading a file
//	fields.go  fields of events, and conditions on them
//	match.go   finding an entry's path in a trace
//	draft.go   writing an entry for a violation
package known

import (
	"raftian/linearizability/verdict"
	"raftian/netsim/plan"
)

// Language says what a file of entries may say.
const Language = `The first line is "raftian known 1". Lines that begin with # are comments. Each entry is

    known NAME                  by which reports call it; small letters, digits and -
    judge JUDGE                 whose violation it is
    signature TEXT              of the violation, as check --json has it
    on machine=M index=I        what the violation itself says, if it says it; may be left out
    needs SETTING=VALUE         a setting of the plan; may be left out or repeated
    step KIND FIELD=VALUE …     an event of the trace
    shows KIND FIELD=VALUE …    an event that the violation's evidence names

Steps must be in the trace in the order in which they stand, at events after one another,
and not after the last event of the evidence. There is one step at least: what the evidence
shows is how a violation looks, and others may look alike.

KIND and the fields are those of show --json: machine, boot, peer, client, seq, term,
index, count, hash, state, conn, text. After a field comes =, !=, <, <=, > or >=; then a
number, a word, a text in quotation marks, in which * stands for anything, or a variable.
A variable is a capital letter, with digits if need be: M, T, T2. It takes the value of the
first field that it is set equal to, and has that from then on; T+1 is one more. Variables
of machines that are different stand for different machines.`

// File is a file of entries.
type File struct {
	Entries []Entry
}

// Entry is a failure that is known.
type Entry struct {
	Name      string
	Line      int // at which it begins
	Judge     string
	Signature string
	Needs     []plan.Setting

	on    []condition
	steps []step
	vars  []variable
}

// step is an event that must have happened.
type step struct {
	line       int
	shows      bool // the evidence names it
	kind       string
	conditions []condition
}

// Cause says which entry a violation is, and how it came about. The zero Cause is that
// none is known.
type Cause struct {
	Entry string
	Steps []verdict.Evidence
}
