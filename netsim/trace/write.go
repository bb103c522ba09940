//go:build !raftian_no_run_files

package trace

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// Writer writes a .run file: events, then sections, then Close. What it has
// written to the underlying writer at any moment is readable. The first error
// sticks.
type Writer struct {
	w        io.Writer
	zip      *zstd.Encoder
	lines    []byte // not yet in a frame
	line     []byte // being put together
	frame    []byte // being compressed
	events   uint64
	sections bool // the events are over
	err      error
}

// NewWriter begins a run file with its header.
func NewWriter(w io.Writer, h Header) (*Writer, error) {
	zip, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("begin a run file: %w", err)
	}
	rest, err := marshal(h)
	if err != nil {
		return nil, fmt.Errorf("begin a run file: %w", err)
	}
	t := &Writer{w: w, zip: zip}
	head := fmt.Appendf(nil, `{"%s":%d,`, tagHeader, format)
	if err := t.add(append(head, rest[1:]...)); err != nil {
		return nil, err
	}
	return t, t.Flush() // so that even a run that dies at once says what it was
}

// Event writes the next event. It numbers events; e.N is not read.
func (w *Writer) Event(e *Event) error {
	if w.sections {
		return w.fail(errors.New("an event after the sections"))
	}
	numbered := *e
	numbered.N = w.events + 1
	w.line = append(w.line[:0], `{"`+tagEvent+`":`...)
	w.line = AppendJSON(w.line, &numbered)
	if err := w.add(append(w.line, '}')); err != nil {
		return err
	}
	w.events++
	return nil
}

// Section writes a value that is not an event, as JSON, under a tag of lower
// case letters and underscores.
func (w *Writer) Section(tag string, v any) error {
	if !isTag(tag) || tag == tagHeader || tag == tagEvent || tag == tagEnd {
		return w.fail(fmt.Errorf("%.40q is no tag for a section", tag))
	}
	w.sections = true
	return w.section(tag, v)
}

// Flush makes everything written so far readable.
func (w *Writer) Flush() error {
	for part := range slices.Chunk(w.lines, frameBytes) {
		w.frame = w.zip.EncodeAll(part, w.frame[:0])
		w.write(w.frame)
	}
	w.lines = w.lines[:0]
	return w.err
}

// Close writes the trailer; t.Events is filled in. It does not close the
// underlying writer. The Writer cannot be used after it.
func (w *Writer) Close(t Trailer) error {
	t.Events = w.events
	if err := w.section(tagEnd, t); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	w.write([]byte(endMark))
	if w.err != nil {
		return w.err
	}
	w.err = errors.New("write to a run file that is closed")
	return w.zip.Close()
}

func (w *Writer) section(tag string, v any) error {
	value, err := marshal(v)
	if err != nil {
		return w.fail(fmt.Errorf("section %s: %w", tag, err))
	}
	w.line = fmt.Appendf(w.line[:0], `{"%s":%s}`, tag, value)
	return w.add(w.line)
}

// add adds a line. The lines before it go out first if it would not fit into
// their frame.
func (w *Writer) add(line []byte) error {
	if w.err != nil {
		return w.err
	}
	if len(line) >= lineBytesMax {
		return w.fail(fmt.Errorf("a line of %d bytes; a run file has at most %d", len(line), lineBytesMax))
	}
	if len(w.lines)+len(line)+1 > frameBytes {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	w.lines = append(append(w.lines, line...), '\n')
	return nil
}

// write writes, unless an earlier write failed.
func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	if _, err := w.w.Write(b); err != nil {
		_ = w.fail(err)
	}
}

func (w *Writer) fail(err error) error {
	if w.err == nil {
		w.err = fmt.Errorf("run file: %w", err)
	}
	return w.err
}

func isTag(s string) bool {
	for _, c := range []byte(s) {
		if c != '_' && (c < 'a' || c > 'z') {
			return false
		}
	}
	return s != ""
}
