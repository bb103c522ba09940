// Package findings holds what the bench found in hashicorp/raft itself. Each
// finding is a directory: a minimised plan that shows it (finding.plan), how to
// know it again (finding.json), and what it is (README.md). HUNT.md says which
// campaigns were run to find them, and what those did not find.
//
// A campaign that meets a known finding reports it but does not fail. A test
// asserts that each plan still shows its finding; when one no longer does, say
// because a new version of the library mends it, the finding is history.
package findings

import (
	"cmp"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"raftian/linearizability"
	"raftian/netsim/plan"
)

//go:embed */finding.plan */finding.json */README.md */mend
var files embed.FS

// Finding is one of them.
type Finding struct {
	Name  string `json:"-"`     // of its directory
	Title string `json:"title"` // one line
	// Shows are the failures that together are the finding.
	Shows []Sign `json:"shows"`
	// Also are failures each of which alone is the finding, too: it shows in more
	// than one way.
	Also []Sign `json:"also"`
	// Follows are the failures that may come of it: they are known in a run that
	// shows the finding, and in no other.
	Follows []Sign   `json:"follows"`
	Raft    []string `json:"raft"` // the versions of hashicorp/raft it was seen in
	// Needs are the settings without which it cannot be; in runs without one of them
	// the same failures are something else.
	Needs map[string]string `json:"needs"`
	// Seeds is how many seeds are tried for the plan to show the finding, its own
	// first: which one does may change with every change of the World.
	Seeds int `json:"seeds"`

	Plan plan.Plan `json:"-"` // shows it
}

// Sign is how a failure is known again.
type Sign struct {
	Judge     string `json:"judge"`     // who finds it
	Signature string `json:"signature"` // of the verdict; "" is any
}

// is reports whether a verdict is that failure.
func (s Sign) is(v linearizability.Verdict) bool {
	return v.Outcome == linearizability.Fail && s.Judge == v.Judge && (s.Signature == "" || s.Signature == v.Signature)
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
	if len(f.Shows) == 0 || slices.ContainsFunc(slices.Concat(f.Shows, f.Also), func(s Sign) bool { return s.Signature == "" }) {
		return f, errors.New("it does not say by which failures it is known")
	}
	f.Plan, err = plan.Parse(string(text))
	return f, err
}

// Known returns for each verdict on a run of a plan, with that version of
// hashicorp/raft, the name of the finding that it is, or "".
func Known(all []Finding, pl plan.Plan, verdicts []linearizability.Verdict, raft string) []string {
	var shown []Finding
	for _, f := range all {
		if slices.Contains(f.Raft, raft) && f.canBe(pl) && f.IsShown(verdicts) {
			shown = append(shown, f)
		}
	}
	// One that takes a certain setting says more of a run with that setting.
	slices.SortStableFunc(shown, func(a, b Finding) int { return cmp.Compare(len(b.Needs), len(a.Needs)) })
	names := make([]string, len(verdicts))
	for k, v := range verdicts {
		is := slices.IndexFunc(shown, func(f Finding) bool { return isOf(f.Shows, v) || isOf(f.Also, v) })
		if is < 0 {
			is = slices.IndexFunc(shown, func(f Finding) bool { return isOf(f.Follows, v) })
		}
		if is >= 0 {
			names[k] = shown[is].Name
		}
	}
	return names
}

// canBe reports whether a plan has all settings that the finding needs.
func (f Finding) canBe(pl plan.Plan) bool {
	for key, value := range f.Needs { //raftian:unordered all of them must be there
		if !slices.Contains(pl.Settings, plan.Setting{Key: key, Value: value}) {
			return false
		}
	}
	return true
}

// IsShown reports whether a run shows the finding.
func (f Finding) IsShown(verdicts []linearizability.Verdict) bool {
	if slices.ContainsFunc(verdicts, func(v linearizability.Verdict) bool { return isOf(f.Also, v) }) {
		return true
	}
	for _, s := range f.Shows {
		if !slices.ContainsFunc(verdicts, s.is) {
			return false
		}
	}
	return true
}

// Explains reports whether a verdict is of the finding or may come of it.
func (f Finding) Explains(v linearizability.Verdict) bool {
	return isOf(f.Shows, v) || isOf(f.Also, v) || isOf(f.Follows, v)
}

func isOf(signs []Sign, v linearizability.Verdict) bool {
	return slices.ContainsFunc(signs, func(s Sign) bool { return s.is(v) })
}
