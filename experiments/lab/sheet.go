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

// Header says what a sheet holds and what it was measured on. A sheet has one for every
// session that was on another machine, or with another program, than the one before.
type Header struct {
	Experiment string  `json:"experiment"`
	Form       string  `json:"form"`              // quick or full; data of one are none of the other
	Program    string  `json:"program,omitempty"` // digest of the program under measurement
	Raft       string  `json:"raft,omitempty"`
	Machine    Machine `json:"machine"`
}

// Header is that of an experiment in this session, on this machine, with a program under
// measurement.
func (s Setup) Header(experiment, program, raft string) Header {
	return Header{Experiment: experiment, Form: s.Form(), Program: program, Raft: raft, Machine: ThisMachine()}
}

// Record is one measurement of a case.
type Record[R any] struct {
	Case   string  `json:"case"`
	Repeat int     `json:"repeat"`
	Load   float64 `json:"load"` // of the machine when it began; see Load
	Took   float64 `json:"took_s"`
	Value  R       `json:"value"`
}

// Sheet is raw data in a file: JSON Lines, a header or a record in each. A record is
// written as soon as there is one, so that whatever ends the program costs no more
// than the measurement under way.
type Sheet[R any] struct {
	mu      sync.Mutex
	file    *os.File
	Headers []Header
	Records []Record[R]
	done    map[string]bool
	header  *Header // of this session, until something is measured; nil if it has been written
}

type line[R any] struct {
	Header *Header `json:"header,omitempty"`
	Record[R]
}

// ErrOther says that a file holds the data of something else.
var ErrOther = errors.New("holds other data")

// OpenSheet opens a sheet to go on with it, or begins one. A last line that was cut off
// is dropped.
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

// readSheet also says how long the part is that holds whole lines.
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
			return s, 0, fmt.Errorf("line %d of %s is no measurement: %w", number, filepath.Base(path), err)
		}
		if l.Header != nil {
			s.Headers = append(s.Headers, *l.Header)
			continue
		}
		s.Records = append(s.Records, l.Record)
		s.done[id(l.Case, l.Repeat)] = true
	}
	return s, int64(len(whole)), nil
}

func id(name string, repeat int) string { return fmt.Sprintf("%s #%d", name, repeat) }

// Has says whether a measurement has been made.
func (s *Sheet[R]) Has(name string, repeat int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done[id(name, repeat)]
}

// Add keeps a measurement.
func (s *Sheet[R]) Add(r Record[R]) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.begin()
	if err == nil {
		err = s.write(r)
	}
	if err != nil {
		return fmt.Errorf("writing a measurement: %w", err)
	}
	s.Records = append(s.Records, r)
	s.done[id(r.Case, r.Repeat)] = true
	return nil
}

// begin writes the header of this session, once.
func (s *Sheet[R]) begin() error {
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
