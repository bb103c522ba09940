// Package defects holds what the bench found in hashicorp/raft itself. Each
// finding is a directory: a minimised plan that shows it (finding.plan), which versions
// and settings it takes (finding.json), and what it is (README.md); and a recogniser, by
// which it is known again in the trace of another run. HUNT.md says which campaigns were
// run to find them, and what those did not find.
//
//	findings.go      Finding, and all of them
//	recognise.go     Explain: of what finding a run's violations are
//	cluster.go       what recognisers know of a cluster, from its trace
//	members.go       who is in it, as each machine knows it
//	election.go      who would be elected, by the library's rules or with one mended
//	stuck.go         what follows where nobody leads, or a machine takes nothing more
//	lost.go          what follows where histories part
//	refusal.go       machines that refuse what their snapshot covers
//	installs.go      snapshots on their way, and those that take a machine back
//	says.go          what the library says in its log
//	mend.go          what mends each in the library, for builds with --mend
//	recognisers.go   which recogniser is whose; each has a file of its own
//
// A campaign that meets a known finding reports it but does not fail. A test
// asserts that each plan still shows its finding; when one no longer does, say
// because a new version of the library mends it, the finding is history.
package defects

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"

	"raftian/netsim/plan"
	"raftian/netsim/toolchain"
)

//go:embed */finding.plan */finding.json */README.md */mend
var files embed.FS

// Finding is one of them. How it is known again in a run is its recogniser's business
// (recognise.go).
type Finding struct {
	Name  string `json:"-"`     // of its directory
	Title string `json:"title"` // one line
	// Raft are the versions of hashicorp/raft that it is in, from the oldest to the
	// newest of those that were looked at. In others it is not known.
	Raft toolchain.Versions `json:"raft"`
	// Needs are the settings without which it cannot be; in runs without one of them
	// the same failures are something else.
	Needs map[string]string `json:"needs"`
	// Seeds is how many seeds are tried for the plan to show the finding, its own
	// first: which one does may change with every change of the World.
	Seeds int `json:"seeds"`

	Plan plan.Plan `json:"-"` // shows it
}

// All lists the findings by name. What is embedded was tested; an error is a
// broken invariant.
func All() []Finding {
	dirs, err := fs.ReadDir(files, ".")
	if err != nil {
		panic(err)
	}
	var all []Finding
	for _, dir := range dirs {
		f, err := read(dir.Name())
		if err != nil {
			panic(fmt.Sprintf("finding %s: %v", dir.Name(), err))
		}
		all = append(all, f)
	}
	return all
}

func read(name string) (Finding, error) {
	f := Finding{Name: name}
	about, err := files.ReadFile(name + "/finding.json")
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(about, &f); err != nil {
		return f, err
	}
	if err := f.Raft.Check(); err != nil || f.Raft == "" {
		return f, fmt.Errorf("the versions that it is in are %q: %w", f.Raft, err)
	}
	text, err := files.ReadFile(name + "/finding.plan")
	if err != nil {
		return f, err
	}
	f.Plan, err = plan.Parse(string(text))
	return f, err
}

// isIn reports whether the finding is in a version of hashicorp/raft.
func (f Finding) isIn(raft string) bool { return f.Raft.Has(raft) }

// canBe reports whether a plan has all settings that the finding needs.
func (f Finding) canBe(pl plan.Plan) bool {
	for key, value := range f.Needs { //raftian:unordered all of them must be there
		if !slices.Contains(pl.Settings, plan.Setting{Key: key, Value: value}) {
			return false
		}
	}
	return true
}
