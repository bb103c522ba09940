package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"pgregory.net/rapid"
)

var rewrite = flag.Bool("rewrite", false, "rewrite the golden files")

// section is a section of a run file.
type section struct {
	Tag   string
	Value string
}

// contents is all of a run file.
type contents struct {
	Header   Header
	Events   []Event
	Sections []section
}

// write puts contents into a run file; it flushes after every flushEvery events.
func write(t interface{ Fatal(...any) }, c contents, flushEvery int) []byte {
	var b bytes.Buffer
	w, err := NewWriter(&b, c.Header)
	for i := range c.Events {
		err = errors.Join(err, w.Event(&c.Events[i]))
		if (i+1)%flushEvery == 0 {
			err = errors.Join(err, w.Flush())
		}
	}
	for _, s := range c.Sections {
		err = errors.Join(err, w.Section(s.Tag, json.RawMessage(s.Value)))
	}
	if err = errors.Join(err, w.Close(Trailer{Digest: digestOf(c.Events)})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// read takes all it can from a run file; err is nil if the file is whole.
func read(b io.Reader) (c contents, err error) {
	r, err := NewReader(b)
	if err != nil {
		return c, err
	}
	defer r.Close()
	c.Header = r.Header()
	for {
		var e Event
		if err = r.Event(&e); err != nil {
			break
		}
		c.Events = append(c.Events, e)
	}
	for err == io.EOF {
		tag, value, errSection := r.Section()
		if errSection == io.EOF {
			return c, nil
		}
		if err = io.EOF; errSection != nil {
			return c, errSection
		}
		c.Sections = append(c.Sections, section{tag, string(value)})
	}
	return c, err
}

func small() contents {
	return contents{
		Header{Seed: 4711, Guest: "game", Raft: "v1.8.0", Program: "9f86d081", Go: "go1.26", Arch: "amd64",
			Bug: "forgets-votes", Plan: "raftian plan 1\nfault 4s oneway leader -> others for 1s\n"},
		ordinary(12),
		[]section{{"op", `{"client":"p1","input":"<a> & b"}`}, {"op", `{"client":"p2"}`}, {"verdicts", `[{"judge":"log-matching"}]`}},
	}
}

// unzip is what any zstd tool makes of a run file.
func unzip(t *testing.T, b []byte) string {
	t.Helper()
	zip, err := zstd.NewReader(nil)
	if err != nil {
		t.Fatal(err)
	}
	text, err := zip.DecodeAll(b, nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// rezip is a run file as another zstd tool would write it: one frame, streamed,
// without checksum or end mark.
func rezip(t *testing.T, text string) io.Reader {
	t.Helper()
	var b bytes.Buffer
	zip, err := zstd.NewWriter(&b, zstd.WithEncoderCRC(false), zstd.WithWindowSize(windowMax))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(zip, text); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

func TestRunFilesReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := contents{Header: Header{
			Seed: rapid.Uint64().Draw(t, "seed"), Guest: rapid.String().Draw(t, "guest"), Plan: rapid.String().Draw(t, "plan"),
		}, Events: anyTrace(t)}
		for range rapid.IntRange(0, 3).Draw(t, "sections") {
			value, err := marshal(rapid.String().Draw(t, "value"))
			if err != nil {
				t.Fatal(err)
			}
			want.Sections = append(want.Sections, section{rapid.SampledFrom([]string{"op", "verdict", "a_b"}).Draw(t, "tag"), string(value)})
		}
		got, err := read(bytes.NewReader(write(t, want, rapid.IntRange(1, 30).Draw(t, "flush"))))
		if err != nil || !same(got, want) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
	})
}

// same compares contents; a list of nothing is a list of nothing.
func same(a, b contents) bool {
	return a.Header == b.Header &&
		(len(a.Events)+len(b.Events) == 0 || reflect.DeepEqual(a.Events, b.Events)) &&
		(len(a.Sections)+len(b.Sections) == 0 || reflect.DeepEqual(a.Sections, b.Sections))
}

func TestLargeRunsAndLongLinesReadBack(t *testing.T) {
	want := small()
	want.Events = ordinary(5000)
	want.Header.Plan = strings.Repeat("call 1s n1 p1 1 \"hop\"\n", frameBytes/10)
	want.Sections[0].Value = `"` + strings.Repeat("long ", frameBytes) + `"`
	b := write(t, want, 1<<30)
	if got, err := read(iotest.OneByteReader(bytes.NewReader(b))); err != nil || !same(got, want) {
		t.Errorf("%d events, %v", len(got.Events), err)
	}
}

func TestARunFileIsJSONLinesForAnyTool(t *testing.T) {
	text := unzip(t, write(t, small(), 5))
	const path = "testdata/small.jsonl"
	if *rewrite {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if text != string(want) {
		t.Errorf("%s differs (-rewrite accepts it); got:\n%s", path, text)
	}
}

func TestARunFileFromAnotherToolReads(t *testing.T) {
	text := unzip(t, write(t, small(), 5))
	for name, edited := range map[string]string{
		"as it was":           text,
		"no last line end":    strings.TrimSuffix(text, "\n"),
		"blanks within lines": strings.NewReplacer(`{"e":{`, `{ "e" : { `, `{"end":`, `{"end": `, `,"kind":`, `, "kind": `).Replace(text),
		"line ends of DOS":    strings.ReplaceAll(text, "\n", "\r\n"),
	} {
		if got, err := read(rezip(t, edited)); err != nil || !same(got, small()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestACutAnywhereLeavesWhatIsBeforeIt(t *testing.T) {
	want := small()
	b := write(t, want, 3)
	last := 0
	for cut := range len(b) - len(endMark) {
		got, err := read(bytes.NewReader(b[:cut]))
		var cutErr *CutError
		if !errors.As(err, &cutErr) || !errors.Is(err, ErrCut) || cutErr.Events != uint64(len(got.Events)) {
			t.Fatalf("cut at %d of %d: %v", cut, len(b), err)
		}
		if !reflect.DeepEqual(got.Events, want.Events[:len(got.Events):len(got.Events)]) && len(got.Events) > 0 {
			t.Fatalf("cut at %d of %d: other events", cut, len(b))
		}
		if len(got.Events) < last || len(got.Events)%3 != 0 {
			t.Fatalf("cut at %d of %d: %d events, %d with less of the file", cut, len(b), len(got.Events), last)
		}
		last = len(got.Events)
	}
	if last != len(want.Events) {
		t.Errorf("only %d events before the last cut", last)
	}
	for cut := len(b) - len(endMark); cut <= len(b); cut++ {
		if got, err := read(bytes.NewReader(b[:cut])); err != nil || !same(got, want) {
			t.Errorf("cut at %d of %d, after the trailer: %v", cut, len(b), err)
		}
	}
}

func TestWhatAKilledWriterLeavesIsReadable(t *testing.T) {
	var b bytes.Buffer
	want := ordinary(3000)
	w, err := NewWriter(&b, small().Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want {
		if err := w.Event(&want[i]); err != nil {
			t.Fatal(err)
		}
	}
	got, err := read(&b)
	if !errors.Is(err, ErrCut) || got.Header != small().Header {
		t.Fatal(err)
	}
	if n := len(got.Events); n < 1500 || !reflect.DeepEqual(got.Events, want[:n]) {
		t.Errorf("%d of %d events, unflushed", n, len(want))
	}
}

// A flipped byte must show as damage, not as a cut, and never as other events.
// It may pass only where it changes nothing that is read.
func TestAFlippedByteIsDamage(t *testing.T) {
	want := small()
	b := write(t, want, 3)
	silent := 0
	for i := range b {
		for _, flip := range []byte{0x01, 0x20, 0x80, 0xff} {
			bad := bytes.Clone(b)
			bad[i] ^= flip
			got, err := read(bytes.NewReader(bad))
			if n := len(got.Events); n > len(want.Events) || n > 0 && !reflect.DeepEqual(got.Events, want.Events[:n]) {
				t.Fatalf("byte %d ^ %#x: other events, %v", i, flip, err)
			}
			switch {
			case err == nil && same(got, want):
				silent++
			case err == nil:
				t.Errorf("byte %d ^ %#x: no error, but other contents", i, flip)
			case errors.Is(err, ErrCut):
				t.Errorf("byte %d of %d ^ %#x: %v", i, len(b), flip, err)
			case len(got.Events) > 0 && !strings.Contains(err.Error(), fmt.Sprintf("after event %d:", len(got.Events))):
				t.Errorf("byte %d ^ %#x: %d events and then: %v", i, flip, len(got.Events), err)
			}
		}
	}
	if silent > 4*len(endMark)+20 {
		t.Errorf("%d of %d flips went unnoticed", silent, 4*len(b))
	}
}

func TestOneLineSaysWhatIsWrongWithAFile(t *testing.T) {
	text := unzip(t, write(t, small(), 5))
	edit := func(from, to string) string { return strings.Replace(text, from, to, 1) }
	lines := strings.SplitAfter(text, "\n")
	for _, c := range []struct{ text, want string }{
		{"hello\n", "not a run file"},
		{"{\"hello\":1}\n", "not a run file"},
		{edit(`"raftian_run":1`, `"raftian_run":2`), "this is a run file of format 2; this version reads format 1"},
		{edit(`"seed":4711`, `"seed":-1`), "the run's header is damaged: json: cannot unmarshal number -1 into Go struct field .Header.seed of type uint64"},
		{edit(`"n":5,`, `"n":6,`), "the run is damaged after event 4: the next event has number 6"},
		{edit(`"n":5,`, `"m":5,`), `the run is damaged after event 4: field "m": an event has no such field`},
		{edit(`"took":741113`, `"took":741114`), `the run is damaged after event 12: the events have digest "32096b526add"…, the trailer says "27c60f2b7816"…`},
		{edit(`"events":12`, `"events":13`), "the run is damaged after event 12: the trailer counts 13 events"},
		{edit(`{"op":{`, `{"op":`), `the run is damaged after event 12: section "op" is no JSON`},
		{edit(`{"op":`, `{"Op":`), `the run is damaged after event 12: a line has the tag "Op"`},
		{edit(`{"end":{`, `{"end":[`), `the run is damaged after event 12: section "end" is no JSON`},
		{edit(lines[3], "\n"), "the run is damaged after event 2: a line that is no JSON object"},
		{text + lines[1], "the run is damaged after event 12: there is something after the trailer"},
		{edit(lines[14], lines[14]+lines[1]), "the run is damaged after event 12: an event after the sections"},
		{edit(lines[len(lines)-2], ""), "the run is cut off after event 12"},
		{lines[0], "the run is cut off before its first event"},
		{"", "the run is cut off before its first event"},
		{text[:len(text)-3], "the run is cut off after event 12"},
	} {
		if _, err := read(rezip(t, c.text)); err == nil || err.Error() != c.want {
			t.Errorf("got  %v\nwant %s", err, c.want)
		}
	}
	for _, plain := range []string{"raftian plan 1\n", "{}", "(raft", "P"} {
		if _, err := read(strings.NewReader(plain)); err != ErrNotRun {
			t.Errorf("%q: %v", plain, err)
		}
	}
}

func TestDamagedInputCannotExhaustMemory(t *testing.T) {
	header := unzip(t, write(t, contents{}, 1))
	header = header[:strings.IndexByte(header, '\n')+1]
	_, err := read(rezip(t, header+strings.Repeat(" ", lineBytesMax+1)))
	if err == nil || err.Error() != "the run is damaged after event 0: a line of more than 67108864 bytes" {
		t.Error(err)
	}
	// A frame header that asks for a window of 512 MiB.
	_, err = read(strings.NewReader("\x28\xb5\x2f\xfd\x00\x98\x01\x00\x00"))
	if err == nil || errors.Is(err, ErrCut) {
		t.Error(err)
	}
}

func TestTheWriterRefusesWhatCannotBeRead(t *testing.T) {
	for want, misuse := range map[string]func(w *Writer) error{
		`run file: "e" is no tag for a section`:                func(w *Writer) error { return w.Section("e", 1) },
		`run file: "two words" is no tag for a section`:        func(w *Writer) error { return w.Section("two words", 1) },
		`run file: an event after the sections`:                func(w *Writer) error { _ = w.Section("op", 1); return w.Event(&Event{}) },
		`run file: section op: json: unsupported type: func()`: func(w *Writer) error { return w.Section("op", func() {}) },
		`run file: a line of 67108887 bytes; a run file has at most 67108864`: func(w *Writer) error {
			var e Event
			e.Text = strings.Repeat("x", lineBytesMax)
			return w.Event(&e)
		},
		`write to a run file that is closed`: func(w *Writer) error { _ = w.Close(Trailer{}); return w.Event(&Event{}) },
	} {
		w, err := NewWriter(io.Discard, Header{})
		if err != nil {
			t.Fatal(err)
		}
		if err := misuse(w); err == nil || err.Error() != want {
			t.Errorf("got  %v\nwant %s", err, want)
		}
		if err := w.Close(Trailer{}); err == nil {
			t.Errorf("%s: and then Close was content", want)
		}
	}
}

// burst is a writer that fails after some bytes.
type burst struct{ left int }

func (b *burst) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the disk is full")
	}
	return len(p), nil
}

func TestAWriteErrorReachesTheCaller(t *testing.T) {
	for room := range len(write(t, small(), 5)) {
		w, err := NewWriter(&burst{room}, small().Header)
		if err == nil {
			_ = w.Event(&Event{})
			err = w.Close(Trailer{})
		}
		if room < 250 && (err == nil || err.Error() != "run file: the disk is full") {
			t.Fatalf("with room for %d bytes: %v", room, err)
		}
	}
}

func TestAFileHasItsNameOnlyWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "1.run")
	f, err := Create(path, small().Header)
	if err != nil {
		t.Fatal(err)
	}
	partial, err := filepath.Glob(path + ".*.partial")
	if err != nil || len(partial) != 1 {
		t.Fatalf("%v, %v", partial, err)
	}
	if r, err := Open(partial[0]); err != nil || r.Header() != small().Header {
		t.Errorf("the partial file: %v", err)
	} else if err := r.Event(&Event{}); !errors.Is(err, ErrCut) {
		t.Errorf("the partial file: %v", err)
	}
	if err := f.Close(Trailer{Digest: digestOf(nil)}); err != nil {
		t.Fatal(err)
	}
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, ok := r.Trailer(); ok {
		t.Error("there is a trailer before the end")
	}
	if _, _, err := r.Section(); err != io.EOF {
		t.Error(err)
	}
	if trailer, ok := r.Trailer(); !ok || trailer != (Trailer{digestOf(nil), 0}) {
		t.Errorf("%+v", trailer)
	}
	if err := f.Abort(); err != nil {
		t.Errorf("abort after close: %v", err)
	}
	onlyFile(t, dir, "1.run")
}

func TestAnAbortedFileIsGone(t *testing.T) {
	dir := t.TempDir()
	f, err := Create(filepath.Join(dir, "1.run"), Header{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Abort(); err != nil {
		t.Fatal(err)
	}
	onlyFile(t, dir, "")
	if _, err := Create(filepath.Join(dir, "no", "1.run"), Header{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// onlyFile checks that dir holds the one file, or none if name is empty.
func onlyFile(t *testing.T, dir, name string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, e := range entries {
		names += e.Name()
	}
	if names != name {
		t.Errorf("the directory holds %q, want %q", names, name)
	}
}

func FuzzReader(f *testing.F) {
	f.Add(write(f, small(), 5))
	f.Add(write(f, contents{}, 1)[:40])
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := read(bytes.NewReader(b))
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("an error of several lines: %q", err)
			}
			return
		}
		again, err := read(bytes.NewReader(write(t, c, 5)))
		if err != nil || len(again.Events) != len(c.Events) {
			t.Fatalf("read, but not read again: %v", err)
		}
	})
}

func BenchmarkWriter(b *testing.B) {
	events := ordinary(5000)
	size := &burst{1 << 62}
	w, err := NewWriter(size, Header{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	n := 0
	for ; b.Loop(); n++ {
		if err := w.Event(&events[n%len(events)]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(1<<62-size.left)/float64(n), "B/event")
}

func BenchmarkReader(b *testing.B) {
	file := write(b, contents{Events: ordinary(20000)}, 1<<30)
	var e Event
	r, err := NewReader(bytes.NewReader(file))
	b.ReportAllocs()
	for b.Loop() {
		if err == nil {
			err = r.Event(&e)
		}
		if err == io.EOF {
			r, err = NewReader(bytes.NewReader(file))
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}
