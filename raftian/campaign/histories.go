package campaign

import (
	"context"
	"fmt"
	"sync"

	"raftian/linearizability"
	"raftian/linearizability/foreign"
	"raftian/linearizability/history"
	"raftian/linearizability/models"
	"raftian/raftian/guest"
)

// HistoryModel is a model that histories from elsewhere can be judged by, how its
// words stand in them, and what the one who judges says of them.
type HistoryModel struct {
	Name    string
	model   linearizability.Model
	words   foreign.Words
	cells   bool         // its states are values, with which it may begin
	nilRead *foreign.Nil // what a read of nil says; nil is what the format has it say
	initial *string      // with which value it begins; nil is the model's own
}

// HistoryModelNames are the names that NewHistoryModel knows.
func HistoryModelNames() []string {
	return []string{"register", "kv", "set", "queue", "counter", "mutex", "list-append", "game"}
}

// NewHistoryModel returns the model of a name. machines are those of the game.
func NewHistoryModel(name string, machines []string) (HistoryModel, error) {
	switch name {
	case "register":
		return HistoryModel{Name: name, model: models.Register(), words: foreign.Register(), cells: true}, nil
	case "kv":
		return HistoryModel{Name: name, model: models.KV(), words: foreign.KV(), cells: true}, nil
	case "set":
		return HistoryModel{Name: name, model: models.Set(), words: foreign.Set()}, nil
	case "queue":
		return HistoryModel{Name: name, model: models.Queue(), words: foreign.Queue()}, nil
	case "counter":
		return HistoryModel{Name: name, model: models.Counter(), words: foreign.Counter()}, nil
	case "mutex":
		return HistoryModel{Name: name, model: models.Mutex(), words: foreign.Mutex()}, nil
	case "list-append":
		return HistoryModel{Name: name, model: models.ListAppend(), words: foreign.ListAppend()}, nil
	case "game":
		return HistoryModel{Name: name, model: guest.Game().Model(machines), words: foreign.Texts()}, nil
	}
	return HistoryModel{}, fmt.Errorf("unknown model %q; choose from %v", name, HistoryModelNames())
}

// SetNil says what a read says that was answered nil: "unknown" or "absent".
func (m *HistoryModel) SetNil(word string) error {
	if !m.cells {
		return fmt.Errorf("--nil is for models whose reads are answered with a value, not for %s", m.Name)
	}
	n, err := foreign.ParseNil(word)
	if err != nil {
		return fmt.Errorf("--nil %w", err)
	}
	m.nilRead = &n
	return nil
}

// SetInitial says with which value a register, or every key, begins: one in EDN.
func (m *HistoryModel) SetInitial(text string) error {
	if !m.cells {
		return fmt.Errorf("--initial is for models that begin with a value, not for %s", m.Name)
	}
	word, err := foreign.WordOf(text)
	if err != nil {
		return fmt.Errorf("--initial %q is no value: %w", text, err)
	}
	m.initial = &word
	return nil
}

// JudgedHistory is what came of a history from elsewhere.
type JudgedHistory struct {
	File       string
	Operations int
	Unknown    int         // of them, without an answer
	Left       int         // lines of a log that are no operations
	Keyed      bool        // each key was judged alone
	Nils       int         // reads that were answered nil
	Nil        foreign.Nil // what that was taken to say
	Hints      []string    // what might be meant otherwise, in a line each
	Jepsen     *OtherJudge // what Jepsen's checkers said; nil if that is not known
	Verdict    linearizability.Verdict
	Err        error // why it could not be read; it names the file, and the line
}

// CheckHistory judges the history in a file.
func CheckHistory(path string, m HistoryModel) JudgedHistory {
	j := JudgedHistory{File: path, Verdict: linearizability.Verdict{Judge: "linearizability", Reason: "it could not be read"}}
	h, err := m.Read(path)
	if err != nil {
		j.Err = err
		return j
	}
	j.Operations, j.Left, j.Keyed, j.Nils, j.Nil = len(h.Ops), h.Left, h.Keyed, h.Nils(), h.nilRead
	for i := range h.Ops {
		if h.Ops[i].Outcome == history.Unknown {
			j.Unknown++
		}
	}
	j.Verdict = h.judge(h.nilRead)
	j.Hints = h.hints(j.Verdict)
	j.Jepsen = beside(path, j.Verdict.Outcome)
	return j
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
