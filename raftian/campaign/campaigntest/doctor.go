package campaigntest

import (
	"encoding/json"
	"io"
	"path/filepath"
	"testing"

	"raftian/netsim/trace"
)

// Doctor writes a copy of a run file with other events, whole and sound in all
// else, and returns its path. change may keep or change what it is given.
func Doctor(t testing.TB, path string, change func([]trace.Event) []trace.Event) string {
	t.Helper()
	header, events, sections := read(t, path)
	copied := filepath.Join(t.TempDir(), "doctored.run")
	f, err := trace.Create(copied, header)
	if err != nil {
		t.Fatal(err)
	}
	digest := trace.NewDigest()
	for _, e := range change(events) {
		digest.Add(&e)
		if err := f.Event(&e); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range sections {
		if err := f.Section(s.tag, s.value); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(trace.Trailer{Digest: digest.String()}); err != nil {
		t.Fatal(err)
	}
	return copied
}

// section is a section of a run file.
type section struct {
	tag   string
	value json.RawMessage
}

// read reads a run file, which must be whole.
func read(t testing.TB, path string) (h trace.Header, events []trace.Event, sections []section) {
	t.Helper()
	f, err := trace.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for {
		var e trace.Event
		err := f.Event(&e)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		events = append(events, e)
	}
	for {
		tag, value, err := f.Section()
		if err == io.EOF {
			return f.Header(), events, sections
		}
		if err != nil {
			t.Fatal(err)
		}
		sections = append(sections, section{tag, append(json.RawMessage(nil), value...)})
	}
}

// Events reads the events of a run file, which must be whole.
func Events(t testing.TB, path string) []trace.Event {
	t.Helper()
	_, events, _ := read(t, path)
	return events
}
