package node

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"raftian/netsim/env"
	"raftian/raftian/command"
	"raftian/raftian/observe"
)

// notes is an Env that only listens.
type notes struct {
	env.Env
	list []env.Note
}

func (n *notes) Emit(note env.Note) { n.list = append(n.list, note) }

// diary is a guest's state machine: all that it was told, each line once it was
// applied.
type diary struct{ lines []string }

func (d *diary) Apply(l *raft.Log) any {
	if string(l.Data) == "fail" {
		return errors.New("not today")
	}
	d.lines = append(d.lines, string(l.Data))
	return fmt.Sprintf("line %d", len(d.lines))
}
func (d *diary) Snapshot() (raft.FSMSnapshot, error) { return pages(strings.Join(d.lines, "\n")), nil }
func (d *diary) Restore(r io.ReadCloser) error {
	b, err := io.ReadAll(r)
	d.lines = nil
	if len(b) > 0 {
		d.lines = strings.Split(string(b), "\n")
	}
	return errors.Join(err, r.Close())
}

type pages string

func (p pages) Persist(s raft.SnapshotSink) error {
	_, err := io.WriteString(s, string(p))
	return errors.Join(err, s.Close())
}
func (pages) Release() {}

// memory is a raft.SnapshotSink.
type memory struct {
	bytes.Buffer
	closed, cancelled bool
	fails             error
}

func (m *memory) Write(b []byte) (int, error) {
	if m.fails != nil {
		return 0, m.fails
	}
	return m.Buffer.Write(b)
}
func (*memory) ID() string      { return "memory" }
func (m *memory) Cancel() error { m.cancelled = true; return nil }
func (m *memory) Close() error  { m.closed = true; return nil }

// bench is sessions around a diary.
type bench struct {
	*sessions
	diary *diary
	notes *notes
	next  uint64 // index of the next entry
}

func newBench() *bench {
	b := &bench{diary: &diary{}, notes: &notes{}, next: 1}
	b.sessions = newSessions(b.notes, newFeed(), b.diary)
	return b
}

// apply applies an entry and returns its answer, and how it was reported.
func (b *bench) apply(data []byte) (answer, string) {
	a := b.Apply(&raft.Log{Index: b.next, Term: 3, Data: data}).(answer)
	b.next++
	return a, b.notes.list[len(b.notes.list)-1].Text
}

func (b *bench) command(client string, seq uint64, text string) (answer, string) {
	return b.apply(command.Command{Client: client, Seq: seq, Payload: []byte(text)}.Append(nil))
}

// save returns the bytes of a snapshot.
func (b *bench) save(t interface{ Fatal(...any) }) []byte {
	taken, err := b.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	var to memory
	if err := taken.Persist(&to); err != nil || !to.closed {
		t.Fatal("persisting: ", err)
	}
	return to.Bytes()
}

func TestARepeatedCommandIsAnsweredAsBeforeAndChangesNothing(t *testing.T) {
	b := newBench()
	first, how := b.command("p1", 1, "hello")
	if first != (answer{1, "line 1"}) || how != "" {
		t.Fatalf("the first time: %+v %q", first, how)
	}
	if a, _ := b.command("p2", 1, "hello"); a != (answer{2, "line 2"}) {
		t.Errorf("another client's command of that number: %+v", a)
	}
	state := b.state()
	if again, how := b.command("p1", 1, "hello"); again != first || how != "duplicate" {
		t.Errorf("the second time: %+v %q; want %+v", again, how, first)
	}
	if len(b.diary.lines) != 2 || b.state() != state {
		t.Errorf("the guest was told %q", b.diary.lines)
	}
}

func TestACommandThatComesAfterALaterOneNeverTakesEffect(t *testing.T) {
	b := newBench()
	b.command("p1", 5, "five")
	a, how := b.command("p1", 4, "four")
	if a != (answer{2, staleOutput}) || how != "duplicate" || !slices.Equal(b.diary.lines, []string{"five"}) {
		t.Errorf("it is answered %+v %q; the guest was told %q", a, how, b.diary.lines)
	}
	if a, _ := b.command("p1", 6, "six"); a.Output != "line 2" {
		t.Errorf("the next command is answered %+v", a)
	}
}

func TestAnEntryThatNobodyCanReadChangesNothing(t *testing.T) {
	b := newBench()
	b.command("p1", 1, "hello")
	state := b.state()
	a, how := b.apply([]byte("garbage"))
	if how != "unreadable" || !strings.HasPrefix(a.Output, "rejected: ") || b.state() != state || len(b.diary.lines) != 1 {
		t.Errorf("it is answered %+v %q; the guest was told %q", a, how, b.diary.lines)
	}
}

func TestAGuestsErrorIsAnAnswer(t *testing.T) {
	b := newBench()
	a, how := b.command("p1", 1, "fail")
	if a.Output != "rejected: not today" || how != "" {
		t.Errorf("it is answered %+v %q", a, how)
	}
}

func TestAnswersAreWords(t *testing.T) {
	for _, c := range []struct {
		v    any
		want string
	}{{nil, ""}, {"word", "word"}, {[]byte("bytes"), "bytes"}, {errors.New("no"), "rejected: no"}, {17, "17"}} {
		if got := text(c.v); got != c.want {
			t.Errorf("%#v is answered %q; want %q", c.v, got, c.want)
		}
	}
}

// Machines compare their states by this hash: it must follow what was applied,
// where, and what came of it.
func TestTheStatesHashFollowsWhatWasApplied(t *testing.T) {
	same := func(change func(*bench)) uint64 {
		b := newBench()
		b.command("p1", 1, "hello")
		change(b)
		return b.state()
	}
	seen := map[uint64]string{}
	for name, change := range map[string]func(*bench){
		"nothing more":   func(*bench) {},
		"another text":   func(b *bench) { b.command("p1", 2, "more") },
		"another client": func(b *bench) { b.command("p2", 2, "more") },
		"another number": func(b *bench) { b.command("p1", 3, "more") },
		"another index":  func(b *bench) { b.next++; b.command("p1", 2, "more") },
		"another answer": func(b *bench) { b.diary.lines = nil; b.command("p1", 2, "more") },
	} {
		h := same(change)
		if h != same(change) {
			t.Errorf("%s: the hash is not the same twice", name)
		}
		if other := seen[h]; other != "" {
			t.Errorf("%s and %s have one hash", name, other)
		}
		seen[h] = name
	}
}

// A machine that comes back from a snapshot goes on like one that saw it all.
func TestASnapshotBringsSessionsAndGuestBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := newBench()
		draw := func(b *bench, other *bench) {
			client := rapid.SampledFrom([]string{"p1", "p2", "p3"}).Draw(t, "client")
			seq := rapid.Uint64Range(1, 6).Draw(t, "seq")
			text := rapid.SampledFrom([]string{"a", "b", "fail"}).Draw(t, "text")
			a, how := b.command(client, seq, text)
			if other != nil {
				if a2, how2 := other.command(client, seq, text); a2 != a || how2 != how {
					t.Fatalf("%s#%d is answered %+v %q, after a restart %+v %q", client, seq, a, how, a2, how2)
				}
			}
		}
		for range rapid.IntRange(0, 20).Draw(t, "before") {
			draw(one, nil)
		}
		two := newBench()
		if err := two.Restore(io.NopCloser(bytes.NewReader(one.save(t)))); err != nil {
			t.Fatal(err)
		}
		two.next = one.next
		if two.state() != one.state() || two.feed.tip != one.feed.tip || !maps.Equal(two.last, one.last) {
			t.Fatalf("restored: %+v %v; want %+v %v", two.feed.tip, two.last, one.feed.tip, one.last)
		}
		for range rapid.IntRange(0, 10).Draw(t, "after") {
			draw(one, two)
		}
		if two.state() != one.state() || !slices.Equal(two.diary.lines, one.diary.lines) {
			t.Fatalf("afterwards: %q; want %q", two.diary.lines, one.diary.lines)
		}
	})
}

func TestARestoreSaysWhereItComesFrom(t *testing.T) {
	one := newBench()
	one.command("p1", 1, "hello")
	saved := one.save(t)
	for how, booted := range map[string]bool{"start": false, "install": true} {
		b := newBench()
		b.run.Store(booted)
		if err := b.Restore(io.NopCloser(bytes.NewReader(saved))); err != nil {
			t.Fatal(err)
		}
		want := env.Note{Kind: env.KindRestore, Index: 1, Term: 3, State: one.state(), Text: how}
		if got := b.notes.list[len(b.notes.list)-1]; got != want {
			t.Errorf("it reports %+v; want %+v", got, want)
		}
		if got := b.feed.take(nil); len(got) != 1 || !got[0].Jump || got[0].Index != 1 || got[0].Chain != one.feed.chain {
			t.Errorf("the game loop is told %+v; want a jump to entry 1", got)
		}
	}
}

// shelf is a raft.SnapshotStore of one snapshot.
type shelf struct {
	raft.SnapshotStore
	saved []byte
}

func (shelf) Create(raft.SnapshotVersion, uint64, uint64, raft.Configuration, uint64, raft.Transport) (raft.SnapshotSink, error) {
	return new(memory), nil
}

func (s shelf) Open(string) (*raft.SnapshotMeta, io.ReadCloser, error) {
	return &raft.SnapshotMeta{Index: 9, Term: 4}, io.NopCloser(bytes.NewReader(s.saved)), nil
}

// What the library's snapshot covers behind the last command, such as a barrier, no
// state machine is told of.
func TestASnapshotReachesAsFarAsItsSinkSays(t *testing.T) {
	b := newBench()
	b.command("p1", 1, "hello")
	taken, err := b.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	sink, err := observe.New(b.notes).Snapshots(shelf{}).Create(1, 9, 4, raft.Configuration{}, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := taken.Persist(sink); err != nil {
		t.Fatal(err)
	}
	want := env.Note{Kind: env.KindSnapshot, Index: 9, Term: 4, State: b.state()}
	if got := b.notes.list[len(b.notes.list)-1]; got != want {
		t.Errorf("it says %+v; want %+v", got, want)
	}
}

// What a snapshot of the library's goes through may be no command.
func TestAStateMachineSaysHowFarItsStateReaches(t *testing.T) {
	b := newBench()
	b.command("p1", 1, "hello")
	conf := raft.Configuration{Servers: []raft.Server{{ID: "n1", Address: "n1:7000"}}}
	b.StoreConfiguration(7, conf)
	b.members.Configured(7, conf) // as a snapshot that holds it says, too
	saved := b.save(t)
	if b.reached() != 7 {
		t.Errorf("it has reached %d; want 7", b.reached())
	}
	var said []env.Note
	for _, n := range b.notes.list {
		if n.Kind == env.KindConfig || n.Kind == env.KindSnapshot {
			said = append(said, n)
		}
	}
	want := []env.Note{{Kind: env.KindConfig, Index: 7, Text: "n1 voters"}, {Kind: env.KindSnapshot, Index: 7, State: b.state()}}
	if !slices.Equal(said, want) {
		t.Errorf("it says %+v; want %+v", said, want)
	}
	other := newBench()
	other.user.Store(true)
	_, from, err := observe.New(b.notes).Snapshots(shelf{saved: saved}).Open("1")
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Restore(from); err != nil {
		t.Fatal(err)
	}
	restored := env.Note{Kind: env.KindRestore, Index: 9, Term: 4, State: b.state(), Text: "user"}
	if got := other.notes.list[len(other.notes.list)-1]; got != restored || other.reached() != 9 || other.user.Load() {
		t.Errorf("restored, it says %+v; want %+v", got, restored)
	}
}

func TestASnapshotThatCannotBeWrittenIsCancelled(t *testing.T) {
	taken, err := newBench().Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	to := memory{fails: io.ErrShortWrite}
	if err := taken.Persist(&to); !errors.Is(err, io.ErrShortWrite) || !to.cancelled || to.closed {
		t.Errorf("error %v, cancelled %v, closed %v", err, to.cancelled, to.closed)
	}
}

// Whatever part of a snapshot is left, a restore either fails and changes
// nothing of the sessions, or has read all of its head.
func TestASnapshotThatIsCutOffIsAnError(t *testing.T) {
	one := newBench()
	one.command("p1", 1, "hello")
	whole := one.save(t)
	head := len(whole) - len("hello")
	for n := range head {
		b := newBench()
		before := b.state()
		if err := b.Restore(io.NopCloser(bytes.NewReader(whole[:n]))); err == nil || b.state() != before || len(b.last) != 0 {
			t.Errorf("of the first %d bytes of %d: error %v, sessions %v", n, len(whole), err, b.last)
		}
	}
	later := bytes.Clone(whole)
	later[0] = snapshotVersion + 1
	err := newBench().Restore(io.NopCloser(bytes.NewReader(later)))
	if err == nil || !strings.Contains(err.Error(), "version 3, this program reads version 2") {
		t.Errorf("a snapshot of a later version: %v", err)
	}
}

func FuzzHead(f *testing.F) {
	b := newBench()
	f.Add(b.appendHead(nil))
	b.command("p1", 1, "hello")
	b.command("p2", 1<<40, "world")
	f.Add(b.appendHead(nil))
	b.dir.set(command.Member{ID: "n4", API: "n4:7001", Out: true})
	f.Add(b.appendHead(nil))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := parseHead(data)
		if err != nil {
			return
		}
		// What was read can be written and read again.
		s := &sessions{feed: &feed{tip: h.local}, chain: h.chain, index: h.index, term: h.term, last: h.last, dir: h.dir}
		back, err := parseHead(s.appendHead(nil))
		if err != nil || back.chain != h.chain || back.local != h.local || back.index != h.index || back.term != h.term ||
			!maps.Equal(back.last, h.last) || back.dir.sum != h.dir.sum || !maps.Equal(back.dir.members, h.dir.members) {
			t.Fatalf("read %+v, and again %+v, %v", h, back, err)
		}
	})
}
