//go:build !raftian_no_run_files

package trace

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// Reader reads a .run file: events, then sections. A file that is cut off gives
// everything up to its last whole frame and then a CutError; one that is damaged
// gives everything before the damage and then an error that names the last event
// read. Only the io.EOF of Section says that the file is whole and that its
// events add up to its digest.
type Reader struct {
	lines   *lines
	close   func() error
	header  Header
	names   interned
	digest  *Digest
	events  uint64
	trailer Trailer
	// tag and value are a line that was read but not yet given out.
	tag      string
	value    []byte
	sections bool  // the events are over
	err      error // sticks
}

// NewReader reads a run file's header.
func NewReader(r io.Reader) (*Reader, error) {
	l, err := newLines(r)
	if err != nil {
		return nil, err
	}
	t := &Reader{lines: l, names: make(interned), digest: NewDigest()}
	if t.header, err = t.readHeader(); err != nil {
		l.close()
		return nil, err
	}
	return t, nil
}

// Open reads the header of the run file at path.
func Open(path string) (*Reader, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r, err := NewReader(f)
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	r.close = f.Close
	return r, nil
}

// Close lets go of the decoder, and of the file if Open opened it.
func (r *Reader) Close() error {
	r.lines.close()
	if r.close == nil {
		return nil
	}
	return r.close()
}

// Header is what the run was made from.
func (r *Reader) Header() Header { return r.header }

// Trailer is the file's trailer; it is true once Section has returned io.EOF.
func (r *Reader) Trailer() (Trailer, bool) {
	return r.trailer, r.err == io.EOF
}

// Event reads the next event into e. It returns io.EOF when the events are over.
func (r *Reader) Event(e *Event) error {
	if err := r.peek(); err != nil {
		return err
	}
	switch {
	case r.tag != tagEvent:
		return io.EOF
	case r.sections:
		return r.fail(errors.New("an event after the sections"))
	}
	if err := parseEvent(r.value, e, r.names); err != nil {
		return r.fail(err)
	}
	if e.N != r.events+1 {
		return r.fail(fmt.Errorf("the next event has number %d", e.N))
	}
	r.tag = ""
	r.events++
	r.digest.Add(e)
	return nil
}

// Section reads the next section, passing over events that were not read. The
// value is JSON and good until the next call. It returns io.EOF at the end of a
// file that is whole.
func (r *Reader) Section() (tag string, value json.RawMessage, err error) {
	var e Event
	for err == nil {
		err = r.Event(&e)
	}
	if err != io.EOF || r.err != nil {
		return "", nil, err
	}
	tag, value, r.tag = r.tag, r.value, ""
	switch {
	case !json.Valid(value):
		return "", nil, r.fail(fmt.Errorf("section %.40q is no JSON", tag))
	case tag == tagEnd:
		return "", nil, r.finish(value)
	}
	r.sections = true
	return tag, value, nil
}

// finish checks the trailer against what was read.
func (r *Reader) finish(value []byte) error {
	if err := json.Unmarshal(value, &r.trailer); err != nil {
		return r.fail(fmt.Errorf("the trailer: %w", err))
	}
	if r.trailer.Events != r.events {
		return r.fail(fmt.Errorf("the trailer counts %d events", r.trailer.Events))
	}
	if got := r.digest.String(); got != r.trailer.Digest {
		return r.fail(fmt.Errorf("the events have digest %.12q…, the trailer says %.12q…", got, r.trailer.Digest))
	}
	// A file cut off in its end mark has lost nothing.
	if _, err := r.lines.next(); err != io.EOF && err != ErrCut {
		return r.fail(errors.New("there is something after the trailer"))
	}
	r.err = io.EOF
	return r.err
}

// peek reads the next line, unless one is waiting, into r.tag and r.value.
func (r *Reader) peek() error {
	if r.err != nil || r.tag != "" {
		return r.err
	}
	line, err := r.lines.next()
	if err == io.EOF || err == ErrCut {
		r.err = &CutError{r.events}
		return r.err
	}
	if err == nil {
		r.tag, r.value, err = splitLine(line)
	}
	if err != nil {
		return r.fail(err)
	}
	return nil
}

func (r *Reader) fail(err error) error {
	r.tag = ""
	r.err = fmt.Errorf("the run is damaged after event %d: %w", r.events, err)
	return r.err
}

func (r *Reader) readHeader() (Header, error) {
	line, err := r.lines.next()
	switch {
	case err == io.EOF || err == ErrCut:
		return Header{}, &CutError{}
	case err != nil:
		return Header{}, fmt.Errorf("the run's header is damaged: %w", err)
	}
	var head struct {
		Format int `json:"raftian_run"`
		Header
	}
	if tag, _, err := splitLine(line); err != nil || tag != tagHeader {
		return Header{}, ErrNotRun
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return Header{}, fmt.Errorf("the run's header is damaged: %w", err)
	}
	if head.Format != format {
		return Header{}, fmt.Errorf("this is a run file of format %d; this version reads format %d", head.Format, format)
	}
	return head.Header, nil
}

// splitLine takes a line {"tag":value} apart; it does not look into the value.
func splitLine(line []byte) (tag string, value []byte, err error) {
	const event = `{"` + tagEvent + `":`
	line = bytes.TrimSpace(line)
	last := len(line) - 1
	if bytes.HasPrefix(line, []byte(event)) && line[last] == '}' {
		return tagEvent, line[len(event):last], nil
	}
	p := scanner{b: line}
	if !p.take('{') || line[last] != '}' {
		return "", nil, errors.New("a line that is no JSON object")
	}
	key, err := p.key()
	if err != nil {
		return "", nil, err
	}
	if !isTag(string(key)) {
		return "", nil, fmt.Errorf("a line has the tag %.40q", key)
	}
	return string(key), line[p.i:last], nil
}
