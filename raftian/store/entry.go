package store

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/hashicorp/raft"
)

// bounds are the indexes [first, next) of a log. An empty log has first equal
// to next.
type bounds struct{ first, next uint64 }

func (b bounds) empty() bool { return b.first == b.next }

func (b bounds) size() int { return int(b.next - b.first) }

// Every batch of the log's journal says within which bounds the log lies before
// the batch's entries, which follow there; a batch without entries only deletes.
// So each is read alike, also the first one of a segment whose predecessors are
// gone.
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

// errFormat says that bytes that verify are not what this version writes.
var errFormat = errors.New("not in a known format")

// reader takes values off the front of its bytes. After the first one that is
// not there it yields zeros, and ok is false.
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

// skip skips n bytes; n below 1 says that a number was malformed.
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

// bytes returns a length and so many bytes, nil for none. They are not copied.
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

// entry reads an entry. Its byte slices are those of r.
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
