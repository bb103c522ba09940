package campaign

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/raftian/guest"
)

// HistoryModel is a model that histories from elsewhere can be judged by, and how
// its words stand in them.
type HistoryModel struct {
	Name  string
	model linearizability.Model
	words foreign.Words
}

// HistoryModelNames are the names that NewHistoryModel knows.
func HistoryModelNames() []string {
	return []string{"register", "kv", "set", "queue", "counter", "mutex", "list-append", "game"}
}

// NewHistoryModel returns the model of a name. machines are those of the game.
func NewHistoryModel(name string, machines []string) (HistoryModel, error) {
	switch name {
	case "register":
		return HistoryModel{name, models.Register(), foreign.Register()}, nil
	case "kv":
		return HistoryModel{name, models.KV(), foreign.KV()}, nil
	case "set":
		return HistoryModel{name, models.Set(), foreign.Set()}, nil
	case "queue":
		return HistoryModel{name, models.Queue(), foreign.Queue()}, nil
	case "counter":
		return HistoryModel{name, models.Counter(), foreign.Counter()}, nil
	case "mutex":
		return HistoryModel{name, models.Mutex(), foreign.Mutex()}, nil
	case "list-append":
		return HistoryModel{name, models.ListAppend(), foreign.ListAppend()}, nil
	case "game":
		return HistoryModel{name, guest.Game().Model(machines), foreign.Texts()}, nil
	}
	return HistoryModel{}, fmt.Errorf("unknown model %q; choose from %v", name, HistoryModelNames())
}

// JudgedHistory is what came of a history from elsewhere.
type JudgedHistory struct {
	File       string
	Operations int
	Unknown    int // of them, without an answer
	Verdict    linearizability.Verdict
	Err        error // why it could not be read; it names the file, and the line
}

// CheckHistory judges the history in a file.
func CheckHistory(path string, m HistoryModel) JudgedHistory {
	j := JudgedHistory{File: path, Verdict: linearizability.Verdict{Judge: "linearizability", Reason: "it could not be read"}}
	f, err := os.Open(path)
	if err != nil {
		j.Err = err
		return j
	}
	defer f.Close()
	ops, err := foreign.Read(f, m.words)
	if err != nil {
		j.Err = fmt.Errorf("%s: %w", path, err)
		if own := (*fs.PathError)(nil); errors.As(err, &own) {
			j.Err = err // it has the path
		}
		return j
	}
	j.Operations = len(ops)
	for i := range ops {
		if ops[i].Outcome == history.Unknown {
			j.Unknown++
		}
	}
	j.Verdict = linearizability.Check(m.model, ops, linearizability.Search{})
	return j
}

// HistoryFiles are the files of a directory that hold histories, to judge by their
// names, in the order of these; others says how many files it has beside them.
func HistoryFiles(dir string) (paths []string, others int, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range entries {
		switch path := filepath.Join(dir, e.Name()); {
		case e.IsDir():
		case slices.Contains([]string{".edn", ".log", ".txt", ".jsonl"}, filepath.Ext(path)):
			paths = append(paths, path)
		default:
			others++
		}
	}
	if len(paths) == 0 {
		return nil, others, fmt.Errorf("%s: it holds no .edn, .log, .txt or .jsonl file", dir)
	}
	return paths, others, nil
}

// CheckHistories judges many histories, some at once, and gives them to each in
// the order of the paths, as soon as it can. It ends early with the Context's
// error.
func CheckHistories(ctx context.Context, paths []string, m HistoryModel, jobs int, each func(JudgedHistory)) error {
	results := make([]chan JudgedHistory, len(paths))
	for k := range results {
		results[k] = make(chan JudgedHistory, 1)
	}
	ctx, stop := context.WithCancel(ctx)
	next := make(chan int)
	var workers sync.WaitGroup
	defer workers.Wait()
	defer stop()
	for range min(jobs, len(paths)) {
		workers.Go(func() {
			for k := range next {
				results[k] <- CheckHistory(paths[k], m)
			}
		})
	}
	workers.Go(func() {
		defer close(next)
		for k := range paths {
			select {
			case next <- k:
			case <-ctx.Done():
				return
			}
		}
	})
	for k := range paths {
		select {
		case j := <-results[k]:
			each(j)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
