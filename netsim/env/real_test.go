package env_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/env/envtest"
)

func TestRealKeepsThePromises(t *testing.T) {
	envtest.Run(t, func(t *testing.T, check func(t *testing.T, a, b env.Env)) {
		check(t, newReal(t), newReal(t))
	})
}

// newReal returns an Env on the loopback interface with a directory of its own.
func newReal(t *testing.T) *env.Real {
	t.Helper()
	r, err := env.NewReal(env.RealOptions{ID: "127.0.0.1", Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

func TestRealIsWhatItsOptionsSay(t *testing.T) {
	var at []env.Instant
	var notes []env.Note
	o := env.RealOptions{
		ID: "127.0.0.1", Args: []string{"size=5"}, Script: []env.Call{{At: 1, Client: "p1", Seq: 1, Text: "go"}},
		Dir:  filepath.Join(t.TempDir(), "made", "on", "the", "way"),
		Emit: func(i env.Instant, n env.Note) { at, notes = append(at, i), append(notes, n) },
	}
	r, err := env.NewReal(o)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if r.ID() != o.ID || !slices.Equal(r.Args(), o.Args) || !slices.Equal(r.Script(), o.Script) {
		t.Errorf("it has %s, %v, %v; want what it was given", r.ID(), r.Args(), r.Script())
	}
	before := r.Now()
	for seq := range uint64(2) {
		r.Emit(env.Note{Kind: "note", Seq: seq})
	}
	if want := []env.Note{{Kind: "note"}, {Kind: "note", Seq: 1}}; !slices.Equal(notes, want) {
		t.Errorf("notes %v; want %v", notes, want)
	}
	if at[0] < before || at[1] < at[0] || r.Now() < at[1] {
		t.Errorf("between %v and %v there were notes at %v", before, r.Now(), at)
	}
	newReal(t).Emit(env.Note{Kind: "nobody listens"})
}

// Exit reports why, ends the process and, if that is not so, the goroutine.
func TestRealExits(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		said   string
	}{
		{errors.New("the disk is full"), 1, "the program ends: the disk is full"},
		{nil, 0, ""},
	} {
		status, said, returned := -1, "", false
		r, err := env.NewReal(env.RealOptions{
			Dir:  t.TempDir(),
			Emit: func(_ env.Instant, n env.Note) { said = n.Text },
			Exit: func(s int) { status = s },
		})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan bool)
		go func() {
			defer close(ended)
			r.Exit(c.err)
			returned = true
		}()
		<-ended
		r.Close()
		if status != c.status || said != c.said || returned {
			t.Errorf("Exit(%v): status %d, said %q, returned: %v", c.err, status, said, returned)
		}
	}
}

// Its owner asks the program to end.
func TestRealIsAskedToEnd(t *testing.T) {
	asked := make(chan struct{})
	r, err := env.NewReal(env.RealOptions{Dir: t.TempDir(), Stopping: asked})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	close(asked)
	select {
	case <-r.Stopping():
	default:
		t.Error("the program is not told")
	}
}

func TestRealNeedsADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := env.NewReal(env.RealOptions{Dir: file}); err == nil {
		r.Close()
		t.Error("a file will do for a directory")
	}
}
