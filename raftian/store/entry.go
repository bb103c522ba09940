package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/hashicorp/raft"
)

// bounds is the range of indexes [first, next) of a log. It is empty if first equals
// next.
type bounds struct{ first, next uint64 }

func (b bounds) empty() bool { return b.first == b.next }

func (b bounds) size() int { return int(b.next - b.first) }

// Every batch of the log's journal begins with the bounds of the log before its entries,
// which are appended there. A batch without entries only deletes. So a batch can be read
// without its predecessors, whose segments may have been removed.
//
//	first, next, count   uvarints
//	count entries
//
// An entry is, with uvarints unless said otherwise:
//
//	index
//	term
//	type                 1 byte
//	seconds              AppendedAt since 1970, varint
//	nanoseconds          within that second
//	length, data
//	length, extensions

func appendBounds(dst []byte, b bounds, count int) []byte {
	dst = binary.AppendUvarint(dst, b.first)
	dst = binary.AppendUvarint(dst, b.next)
	return binary.AppendUvarint(dst, uint64(count))
}

func appendEntry(dst []byte, e *raft.Log) []byte {
	dst = binary.AppendUvarint(dst, e.Index)
	dst = binary.AppendUvarint(dst, e.Term)
	dst = append(dst, byte(e.Type))
	dst = binary.AppendVarint(dst, e.AppendedAt.Unix())
	dst = binary.AppendUvarint(dst, uint64(e.AppendedAt.Nanosecond()))
	dst = binary.AppendUvarint(dst, uint64(len(e.Data)))
	dst = append(dst, e.Data...)
	dst = binary.AppendUvarint(dst, uint64(len(e.Extensions)))
	return append(dst, e.Extensions...)
}

// errFormat is returned for bytes that verify and are not in this version's format.
var errFormat = errors.New("not in a known format")

// reader parses values from the front of its bytes. After the first missing value it
// returns zeros, and ok is false.
type reader struct {
	rest []byte
	ok   bool
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.rest)
	r.skip(n)
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.rest)
	r.skip(n)
	return v
}

// skip skips n bytes. n < 1 is the result of a malformed number.
func (r *reader) skip(n int) {
	if n < 1 || n > len(r.rest) {
		r.rest, r.ok = nil, false
		return
	}
	r.rest = r.rest[n:]
}

func (r *reader) oneByte() byte {
	if len(r.rest) == 0 {
		r.ok = false
		return 0
	}
	v := r.rest[0]
	r.rest = r.rest[1:]
	return v
}

// bytes returns a length-prefixed slice, which is not copied; nil if it is empty.
func (r *reader) bytes() []byte {
	n := r.uvarint()
	if n > uint64(len(r.rest)) {
		r.rest, r.ok = nil, false
	}
	if n == 0 || !r.ok {
		return nil
	}
	v := r.rest[:n:n]
	r.rest = r.rest[n:]
	return v
}

func (r *reader) bounds() (b bounds, count int) {
	b = bounds{r.uvarint(), r.uvarint()}
	count = int(r.uvarint())
	r.ok = r.ok && b.first <= b.next
	return b, count
}

// entry parses an entry. Its byte slices alias r.
func (r *reader) entry() raft.Log {
	return raft.Log{
		Index:      r.uvarint(),
		Term:       r.uvarint(),
		Type:       raft.LogType(r.oneByte()),
		AppendedAt: time.Unix(r.varint(), int64(r.uvarint())).UTC(),
		Data:       r.bytes(),
		Extensions: r.bytes(),
	}
}
