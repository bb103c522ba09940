package trace

import (
	"encoding/binary"

	"raftian/netsim/env"
)

// Stream is an output of a process.
type Stream uint8

// The outputs that programs print to; their numbers are those of Unix.
const (
	Stdout Stream = 1
	Stderr Stream = 2
)

func (s Stream) String() string {
	if s == Stdout {
		return "stdout"
	}
	return "stderr"
}

// Print is what a program has written to an output of its process at once. It is no
// event: it has no number, and no part in the digest, because programs print what may
// differ from process to process, such as addresses.
//
// On the wire it has an event's form, a length and a mask, with a mask that no event has.
type Print struct {
	At      env.Instant
	Machine string
	Boot    uint64
	Stream  Stream
	Text    []byte
}

// isPrint is the mask of a Print.
const isPrint = hasText << 1

// AppendPrint appends the wire form of p to dst. It may stand between any two events.
func AppendPrint(dst []byte, p *Print) []byte {
	start := len(dst)
	dst = append(dst, 0, 0)
	dst = binary.AppendUvarint(dst, isPrint)
	dst = binary.AppendVarint(dst, int64(p.At))
	dst = binary.AppendUvarint(dst, uint64(len(p.Machine)))
	dst = append(dst, p.Machine...)
	dst = binary.AppendUvarint(dst, p.Boot)
	dst = append(dst, byte(p.Stream))
	dst = append(dst, p.Text...)
	return putLength(dst, start)
}

// parsePrint reads a Print after its length; ok is false if the bytes are those of an
// event. Its text is good until the next frame.
func parsePrint(frame []byte) (p Print, ok bool) {
	r := &reader{b: frame}
	if r.uvarint() != isPrint || r.bad {
		return Print{}, false
	}
	p.At = env.Instant(r.varint())
	n := r.uvarint()
	if r.bad || n > uint64(len(r.b)) {
		return Print{}, false
	}
	p.Machine, r.b = string(r.b[:n]), r.b[n:]
	p.Boot = r.uvarint()
	if r.bad || len(r.b) == 0 {
		return Print{}, false
	}
	p.Stream, p.Text = Stream(r.b[0]), r.b[1:]
	return p, p.Stream == Stdout || p.Stream == Stderr
}
