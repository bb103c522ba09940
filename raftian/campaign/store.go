package campaign

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
)

// OtherJudge is what Jepsen's checkers said of a history, and whether the verdict here
// agrees.
type OtherJudge struct {
	foreign.Results
	Agrees string `json:"agrees"` // "yes", "no", or "open" if one of both did not decide
}

// resultsName is the file in which Jepsen keeps what its checkers said.
const resultsName = "results.edn"

// historyNames are the files in which it keeps what happened, the best first.
func historyNames() []string { return []string{"history.edn", "history.txt", "jepsen.log"} }

// beside is what the results beside a history of Jepsen's say; nil if there are none.
func beside(path string, own linearizability.Outcome) *OtherJudge {
	if !slices.Contains(historyNames(), filepath.Base(path)) {
		return nil
	}
	f, err := os.Open(filepath.Join(filepath.Dir(path), resultsName))
	if err != nil {
		return nil
	}
	defer f.Close()
	r, is := foreign.ReadResults(f)
	if !is {
		return nil
	}
	o := &OtherJudge{r, "open"}
	decided := own == linearizability.Pass || own == linearizability.Fail
	switch {
	case !decided || r.Valid == "unknown":
	case (own == linearizability.Pass) == (r.Valid == "true"):
		o.Agrees = "yes"
	default:
		o.Agrees = "no"
	}
	return o
}

// HistoryTree is what a search for histories found.
type HistoryTree struct {
	Paths  []string // in the order of their names
	Others int      // files of other kinds
	Links  int      // links that were not followed, to directories or to what was found anyway
	Judged bool     // beside some, Jepsen's results are kept
}

// HistoryFiles searches a directory downwards for files that hold histories, to judge
// by their names. In the directory of a run of Jepsen's it takes one file, the best
// that there is, and nothing from below: there are the logs of machines, and parts of
// the same history.
func HistoryFiles(dir string) (HistoryTree, error) {
	var t HistoryTree
	root, err := realPath(dir)
	if err != nil {
		return t, err
	}
	if err := t.search(dir, root); err != nil {
		return t, err
	}
	if len(t.Paths) == 0 {
		return t, fmt.Errorf("%s: it holds no .edn, .log, .txt, .json or .jsonl file", dir)
	}
	return t, nil
}

// search searches a directory; root is the real path of the first one.
func (t *HistoryTree) search(dir, root string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	if slices.Contains(names, resultsName) && slices.ContainsFunc(historyNames(), func(n string) bool { return slices.Contains(names, n) }) {
		t.Judged = true
	}
	run := bestOfRun(names)
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case e.Type()&os.ModeSymlink != 0 && !leadsOut(path, root):
			t.Links++
		case e.Type()&(os.ModeSymlink|os.ModeDir) == 0 && !e.Type().IsRegular():
			t.Others++ // to read a pipe may take for ever
		case e.Name() == run || run == "" && isHistory(e.Name()) && !e.IsDir():
			t.Paths = append(t.Paths, path)
		case run != "" && (slices.Contains(historyNames(), e.Name()) || e.Name() == resultsName):
		case !e.IsDir():
			t.Others++
		case run == "":
			if err := t.search(path, root); err != nil {
				return err
			}
		}
	}
	return nil
}

// bestOfRun is the file to judge in the directory of a run of Jepsen's; "" if it is
// none. Two of the names that Jepsen gives are what tells.
func bestOfRun(names []string) string {
	best, known := "", 0
	for _, name := range append(historyNames(), resultsName, "test.jepsen", "test.fressian") {
		if !slices.Contains(names, name) {
			continue
		}
		known++
		if best == "" && slices.Contains(historyNames(), name) {
			best = name
		}
	}
	if known < 2 {
		return ""
	}
	return best
}

// leadsOut says whether a link leads to a file that is not below root.
func leadsOut(link, root string) bool {
	target, err := realPath(link)
	if err != nil {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && info.Mode().IsRegular() && !strings.HasPrefix(target, root+string(filepath.Separator))
}

// realPath is a path from the root, without links.
func realPath(path string) (string, error) {
	path, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(path)
}

// isHistory says whether a file of this name may hold a history.
func isHistory(name string) bool {
	return name != resultsName && slices.Contains([]string{".edn", ".log", ".txt", ".json", ".jsonl"}, filepath.Ext(name))
}
