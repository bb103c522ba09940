// Package findings holds what the bench found in hashicorp/raft itself. Each
// finding is a directory: a minimised plan that shows it (finding.plan), how to
// know it again (finding.json), and what it is (README.md).
//
// A campaign that meets a known finding reports it but does not fail. A test
// asserts that each plan still shows its finding; when one no longer does, say
// because a new version of the library mends it, the finding is history.
package findings

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

//go:embed */finding.plan */finding.json */README.md
var files embed.FS

// Finding is one of them.
type Finding struct {
	Name      string   `json:"-"`         // of its directory
	Title     string   `json:"title"`     // one line
	Judge     string   `json:"judge"`     // who finds it
	Signature string   `json:"signature"` // of the verdict
	Raft      []string `json:"raft"`      // the versions of hashicorp/raft it was seen in

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
	about, err := files.ReadFile(path.Join(name, "finding.json"))
	if err != nil {
		return f, err
	}
	if err := json.Unmarshal(about, &f); err != nil {
		return f, err
	}
	text, err := files.ReadFile(path.Join(name, "finding.plan"))
	if err != nil {
		return f, err
	}
	f.Plan, err = plan.Parse(string(text))
	return f, err
}

// Known returns the finding that a verdict on a run with that version of
// hashicorp/raft is, if it is one.
func Known(all []Finding, v linearizability.Verdict, raft string) (Finding, bool) {
	k := slices.IndexFunc(all, func(f Finding) bool {
		return v.Outcome == linearizability.Fail && v.Judge == f.Judge && v.Signature == f.Signature && slices.Contains(f.Raft, raft)
	})
	if k < 0 {
		return Finding{}, false
	}
	return all[k], true
}
