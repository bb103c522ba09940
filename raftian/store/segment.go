package store

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"raftian/netsim/env"
)

// segment is one file of a journal: consecutive batches.
type segment struct {
	name  string
	first uint64 // number of its first batch
	file  env.File
	size  int64 // in bytes; what is behind it is not valid
}

// batch is the location of a batch. It is immutable.
type batch struct {
	segment *segment
	offset  int64
	seq     uint64
	length  int // of the payload in bytes
}

const segmentSuffix = ".seg"

// segmentName names a segment after its first batch, so that names sort and a gap
// shows.
func segmentName(first uint64) string { return fmt.Sprintf("%016x%s", first, segmentSuffix) }

func parseSegmentName(name string) (first uint64, ok bool) {
	digits, ok := strings.CutSuffix(name, segmentSuffix)
	if !ok {
		return 0, false
	}
	first, err := strconv.ParseUint(digits, 16, 64)
	return first, err == nil && segmentName(first) == name
}

func (s *segment) corrupt(offset int64, what string) error {
	return &CorruptError{File: s.name, Offset: offset, What: what}
}

// load reads the whole file.
func (s *segment) load() ([]byte, error) {
	size, err := s.file.Size()
	if err != nil {
		return nil, err
	}
	s.size = size
	image := make([]byte, size)
	if n, err := s.file.ReadAt(image, 0); n < len(image) {
		return nil, fmt.Errorf("read %s: %w", s.name, err)
	}
	return image, nil
}

// scan visits the batches in image, the bytes of s, up to the first that is not whole.
// visit must not keep the payload.
func (s *segment) scan(image []byte, visit func(*batch, []byte) error) (found extent, err error) {
	var payload []byte
	for found.end < len(image) {
		b := &batch{segment: s, offset: int64(found.end), seq: s.first + found.batches}
		rest := image[found.end:]
		if len(rest) < sectorSize {
			return found, nil
		}
		// joinSectors verifies below that this is the right sector.
		head, _ := parseSector(rest)
		b.length = int(head.length)
		size := sectorsFor(b.length) * sectorSize
		whole := rest[:min(size, len(rest)/sectorSize*sectorSize)]
		var bad int
		payload, bad = joinSectors(payload[:0], whole, sector{seq: b.seq, length: head.length})
		switch {
		case bad >= 0:
			found.bad = found.end + bad
			return found, nil
		case len(whole) < size:
			found.bad = found.end + len(whole)
			return found, nil
		}
		if err := visit(b, payload[:b.length]); err != nil {
			return found, err
		}
		found.batches++
		found.last, found.end = found.end, found.end+size
		found.bad = found.end
	}
	return found, nil
}

// extent is the run of whole batches at the beginning of a segment.
type extent struct {
	batches uint64
	last    int // offset of the last one in bytes, or 0
	end     int // offset of its end
	bad     int // offset of the first bad sector from there on, or of the end of the file
}

// torn reports whether tail, the end of a file, can be what a power loss left of batch
// seq, which was written and not synced: each sector is whole or zero, and none is of
// another batch. A sector that the end of the file cuts off proves nothing.
func torn(tail []byte, seq uint64) bool {
	var zeros [sectorSize]byte
	length := -1
	for part := 0; part < len(tail)/sectorSize; part++ {
		raw := tail[part*sectorSize:][:sectorSize]
		if bytes.Equal(raw, zeros[:]) {
			continue
		}
		s, whole := parseSector(raw)
		if !whole || s.seq != seq || int(s.part) != part {
			return false
		}
		if length < 0 {
			length = int(s.length)
		}
		if int(s.length) != length {
			return false
		}
	}
	return length < 0 || len(tail) <= sectorsFor(length)*sectorSize
}

// read returns size bytes of the payload at an offset. It verifies the sectors that
// hold them.
func (b *batch) read(at, size int) ([]byte, error) {
	low, high := at/sectorPayload, (at+size-1)/sectorPayload
	offset := b.offset + int64(low*sectorSize)
	sectors := make([]byte, (high-low+1)*sectorSize)
	n, err := b.segment.file.ReadAt(sectors, offset)
	switch {
	case n < len(sectors) && errors.Is(err, io.EOF):
		return nil, b.segment.corrupt(offset+int64(n), "the file is cut short")
	case n < len(sectors):
		return nil, fmt.Errorf("read %s: %w", b.segment.name, err)
	}
	want := sector{seq: b.seq, part: uint32(low), length: uint32(b.length)}
	payload, bad := joinSectors(sectors[:0], sectors, want)
	if bad >= 0 {
		return nil, b.segment.corrupt(offset+int64(bad), "a sector does not verify")
	}
	return payload[at-low*sectorPayload:][:size], nil
}
