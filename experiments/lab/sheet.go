package lab

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// Header describes the content of a sheet and how it was measured. A sheet has a
// further header for each session on another machine or with another program than the
// previous session.
type Header struct {
	Experiment string  `json:"experiment"`
	Form       string  `json:"form"`              // quick or full; the two do not mix
	Program    string  `json:"program,omitempty"` // digest of the program under measurement
	Raft       string  `json:"raft,omitempty"`
	Machine    Machine `json:"machine"`
}

// Header returns the header of this session. program is the digest of the program under
// measurement.
func (s Setup) Header(experiment, program, raft string) Header {
	return Header{Experiment: experiment, Form: s.Form(), Program: program, Raft: raft, Machine: ThisMachine()}
}

// Record is one measurement of a case.
type Record[R any] struct {
	Case   string  `json:"case"`
	Repeat int     `json:"repeat"`
	Load   float64 `json:"load"`   // load average when it began; see Load
	Took   float64 `json:"took_s"` // wall time in seconds
	Value  R       `json:"value"`
}

// Sheet is a file of raw data: JSON Lines, each a header or a record. A record is
// written as soon as it is measured, so that an interruption costs at most the
// measurement under way. It may be used by several goroutines at once.
type Sheet[R any] struct {
	mu      sync.Mutex
	file    *os.File
	Headers []Header
	Records []Record[R]
	done    map[string]bool
	header  *Header // of this session; nil once it is written, with the first record
}

type line[R any] struct {
	Header *Header `json:"header,omitempty"`
	Record[R]
}

// ErrOther is returned for a file with data of another experiment or form.
var ErrOther = errors.New("holds other data")

// OpenSheet opens a sheet to add to it, or creates one. A truncated last line is
// dropped. The error is ErrOther for data of something else.
func OpenSheet[R any](path string, h Header) (*Sheet[R], error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("making the directory for data: %w", err)
	}
	s, whole, err := readSheet[R](path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, old := range s.Headers {
		if old.Experiment != h.Experiment || old.Form != h.Form {
			return nil, fmt.Errorf("%s %w: of experiment %s (%s), not of %s (%s); name another directory",
				filepath.Base(path), ErrOther, old.Experiment, old.Form, h.Experiment, h.Form)
		}
	}
	if s.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644); err != nil {
		return nil, fmt.Errorf("opening the data: %w", err)
	}
	err = s.file.Truncate(whole)
	if err == nil {
		_, err = s.file.Seek(0, io.SeekEnd)
	}
	if n := len(s.Headers); n == 0 || s.Headers[n-1] != h {
		s.header = &h
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening the data: %w", err), s.file.Close())
	}
	return s, nil
}

// ReadSheet reads a sheet.
func ReadSheet[R any](path string) (*Sheet[R], error) {
	s, _, err := readSheet[R](path)
	return s, err
}

// readSheet reads a sheet and returns the length of its whole lines in bytes.
func readSheet[R any](path string) (*Sheet[R], int64, error) {
	s := &Sheet[R]{done: map[string]bool{}}
	text, err := os.ReadFile(path)
	if err != nil {
		return s, 0, fmt.Errorf("reading the data: %w", err)
	}
	whole := text[:bytes.LastIndexByte(text, '\n')+1]
	number := 0
	for row := range bytes.Lines(whole) {
		number++
		var l line[R]
		if err := json.Unmarshal(row, &l); err != nil {
			return s, 0, fmt.Errorf("line %d of %s is not a measurement: %w", number, filepath.Base(path), err)
		}
		if l.Header != nil {
			s.Headers = append(s.Headers, *l.Header)
			continue
		}
		s.Records = append(s.Records, l.Record)
		s.done[recordKey(l.Case, l.Repeat)] = true
	}
	return s, int64(len(whole)), nil
}

func recordKey(name string, repeat int) string { return fmt.Sprintf("%s #%d", name, repeat) }

// Has reports whether a measurement has been made.
func (s *Sheet[R]) Has(name string, repeat int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done[recordKey(name, repeat)]
}

// Add writes a measurement.
func (s *Sheet[R]) Add(r Record[R]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.writeHeader()
	if err == nil {
		err = s.write(r)
	}
	if err != nil {
		return fmt.Errorf("writing a measurement: %w", err)
	}
	s.Records = append(s.Records, r)
	s.done[recordKey(r.Case, r.Repeat)] = true
	return nil
}

// writeHeader writes the header of this session, once.
func (s *Sheet[R]) writeHeader() error {
	if s.header == nil {
		return nil
	}
	h := *s.header
	s.header = nil
	s.Headers = append(s.Headers, h)
	return s.write(struct {
		Header Header `json:"header"`
	}{h})
}

func (s *Sheet[R]) write(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = s.file.Write(append(b, '\n'))
	}
	return err
}

// Close closes the file.
func (s *Sheet[R]) Close() error { return s.file.Close() }
