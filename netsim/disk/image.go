package disk

import "bytes"

// sectorSize is the unit a disk writes as a whole, in bytes.
const sectorSize = 512

// sector never changes once it is part of an image: a write puts a new one in
// its place. So images of one file share what they have in common, and what a
// sector held at some instant is kept by keeping a pointer.
type sector [sectorSize]byte

// image is the content of a file. Bytes of a sector beyond size are zero.
type image struct {
	size    int64
	sectors []*sector // nil, or beyond the end of the slice: zeros
}

// sectorsOf is how many sectors hold size bytes.
func sectorsOf(size int64) int { return int((size + sectorSize - 1) / sectorSize) }

func (m *image) at(i int) *sector {
	if i >= len(m.sectors) {
		return nil
	}
	return m.sectors[i]
}

func (m *image) put(i int, s *sector) {
	if i >= len(m.sectors) {
		if s == nil {
			return
		}
		m.sectors = append(m.sectors, make([]*sector, i+1-len(m.sectors))...)
	}
	m.sectors[i] = s
}

// readAt copies bytes from off on and returns how many there were.
func (m *image) readAt(p []byte, off int64) int {
	if off >= m.size {
		return 0
	}
	p = p[:min(int64(len(p)), m.size-off)]
	for rest := p; len(rest) > 0; {
		i, within := int(off/sectorSize), int(off%sectorSize)
		n := min(sectorSize-within, len(rest))
		if s := m.at(i); s != nil {
			copy(rest[:n], s[within:])
		} else {
			clear(rest[:n])
		}
		rest, off = rest[n:], off+int64(n)
	}
	return len(p)
}

// resize sets the length and lets go of what lies beyond it.
func (m *image) resize(size int64) {
	m.size = size
	end := sectorsOf(size)
	if end < len(m.sectors) {
		clear(m.sectors[end:])
		m.sectors = m.sectors[:end]
	}
	last, used := int(size/sectorSize), int(size%sectorSize)
	if s := m.at(last); s != nil {
		m.sectors[last] = s.cut(used)
	}
}

// cut returns the sector with zeros from byte used on: itself, if it has them.
func (s *sector) cut(used int) *sector {
	var zeros sector
	if bytes.Equal(s[used:], zeros[used:]) {
		return s
	}
	short := new(sector)
	copy(short[:used], s[:])
	return short
}
