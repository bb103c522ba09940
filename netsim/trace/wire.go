package trace

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"raftian/netsim/env"
)

// The wire form of an event is a length and then: a bit mask of the fields that
// are not zero, the time since the previous event, and those fields. Strings
// that repeat (kinds, machines, peers, clients) are sent once and then by
// number. N is not sent: it counts. All integers are varints; hashes are eight
// bytes. The wire form is a function of the events alone, so its hash is their
// digest.

const (
	hasMachine = 1 << iota
	hasBoot
	hasPeer
	hasClient
	hasSeq
	hasTerm
	hasIndex
	hasCount
	hasHash
	hasState
	hasConn
	hasTook
	hasText
)

// namesMax bounds the table of repeated strings; a later new one is sent whole.
const namesMax = 1 << 14

// frameMax bounds one event on the wire, so that a damaged length is noticed
// before it is believed. Whoever makes events keeps their texts far below it: a
// longer event is written but cannot be read.
const frameMax = 1 << 24

// ErrCut is what a stream or file of events ends with if it stops before its
// end.
var ErrCut = errors.New("the trace is cut off")

// Encoder turns events into their wire form.
type Encoder struct {
	names map[string]uint64
	last  env.Instant
	n     uint64
}

// NewEncoder returns an Encoder at the beginning of a stream.
func NewEncoder() *Encoder { return &Encoder{names: make(map[string]uint64, 64)} }

// Append appends the wire form of e to dst. It numbers e; e.N is not read.
func (c *Encoder) Append(dst []byte, e *Event) []byte {
	c.n++
	// The frame is encoded after a two-byte gap for its length, which nearly
	// always suffices; a longer one is moved.
	start := len(dst)
	dst = append(dst, 0, 0)
	dst = binary.AppendUvarint(dst, mask(e))
	dst = c.appendName(dst, e.Kind)
	dst = binary.AppendVarint(dst, int64(e.At-c.last))
	c.last = e.At
	if e.Machine != "" {
		dst = c.appendName(dst, e.Machine)
	}
	if e.Boot != 0 {
		dst = binary.AppendUvarint(dst, e.Boot)
	}
	if e.Peer != "" {
		dst = c.appendName(dst, e.Peer)
	}
	if e.Client != "" {
		dst = c.appendName(dst, e.Client)
	}
	for _, v := range [...]uint64{e.Seq, e.Term, e.Index, e.Count} {
		if v != 0 {
			dst = binary.AppendUvarint(dst, v)
		}
	}
	if e.Hash != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, e.Hash)
	}
	if e.State != 0 {
		dst = binary.LittleEndian.AppendUint64(dst, e.State)
	}
	if e.Conn != 0 {
		dst = binary.AppendUvarint(dst, e.Conn)
	}
	if e.Took != 0 {
		dst = binary.AppendVarint(dst, int64(e.Took))
	}
	dst = append(dst, e.Text...)
	return putLength(dst, start)
}

// putLength fills in the length of the frame that starts, gap included, at start.
func putLength(dst []byte, start int) []byte {
	n := len(dst) - start - 2
	if n < 1<<14 { // two varint bytes, the first with its high bit set
		dst[start] = byte(n) | 0x80
		dst[start+1] = byte(n >> 7)
		return dst
	}
	var length [binary.MaxVarintLen64]byte
	w := binary.PutUvarint(length[:], uint64(n))
	dst = append(dst, length[:w-2]...)
	copy(dst[start+w:], dst[start+2:start+2+n])
	copy(dst[start:], length[:w])
	return dst
}

func mask(e *Event) (m uint64) {
	set := func(present bool, bit uint64) {
		if present {
			m |= bit
		}
	}
	set(e.Machine != "", hasMachine)
	set(e.Boot != 0, hasBoot)
	set(e.Peer != "", hasPeer)
	set(e.Client != "", hasClient)
	set(e.Seq != 0, hasSeq)
	set(e.Term != 0, hasTerm)
	set(e.Index != 0, hasIndex)
	set(e.Count != 0, hasCount)
	set(e.Hash != 0, hasHash)
	set(e.State != 0, hasState)
	set(e.Conn != 0, hasConn)
	set(e.Took != 0, hasTook)
	set(e.Text != "", hasText)
	return m
}

// appendName writes 2·k for the k-th known name, or 2·length+1 and the name.
func (c *Encoder) appendName(dst []byte, s string) []byte {
	if k, ok := c.names[s]; ok {
		return binary.AppendUvarint(dst, k<<1)
	}
	if len(c.names) < namesMax {
		c.names[s] = uint64(len(c.names))
	}
	dst = binary.AppendUvarint(dst, uint64(len(s))<<1|1)
	return append(dst, s...)
}

// Decoder reads the wire form back.
type Decoder struct {
	// Prints is called with what programs have printed, and after which event; may be nil.
	// It must not keep the text.
	Prints func(p *Print, after uint64)

	r     *bufio.Reader
	names []string
	last  env.Instant
	n     uint64
	frame []byte
	sum   hash.Hash
}

// NewDecoder reads events from r.
func NewDecoder(r io.Reader) *Decoder {
	return &Decoder{r: bufio.NewReaderSize(r, 1<<16), sum: sha256.New()}
}

// Next reads one event into e. It returns io.EOF at the end of the stream,
// ErrCut if the stream stops inside an event, and another error if it cannot be
// read or its bytes are no event. After an error there is no next event.
func (d *Decoder) Next(e *Event) error {
	head, err := d.readFrame()
	for err == nil {
		p, printed := parsePrint(d.frame[head:])
		if !printed {
			break
		}
		if d.Prints != nil {
			d.Prints(&p, d.n)
		}
		head, err = d.readFrame()
	}
	if err != nil {
		if err == io.EOF || err == ErrCut {
			return err
		}
		return fmt.Errorf("event %d: %w", d.n+1, err)
	}
	if err := d.parse(d.frame[head:], e); err != nil {
		return fmt.Errorf("event %d: %w", d.n+1, err)
	}
	d.sum.Write(d.frame)
	d.n++
	e.N = d.n
	return nil
}

// Wire is the wire form of the event that Next has read; it is good until the next call.
func (d *Decoder) Wire() []byte { return d.frame }

// Digest is the digest over the events read so far.
func (d *Decoder) Digest() string { return hex.EncodeToString(d.sum.Sum(nil)) }

// readFrame reads the next event's bytes, its length among them, into d.frame
// and returns how many bytes the length takes.
func (d *Decoder) readFrame() (head int, err error) {
	peek, err := d.r.Peek(4) // frameMax needs four bytes; every event has more
	if len(peek) == 0 {
		return 0, err
	}
	size, head := binary.Uvarint(peek)
	switch {
	case head == 0 && err == io.EOF:
		return 0, ErrCut
	case head == 0 && err != nil:
		return 0, err
	case head <= 0 || size > frameMax:
		return 0, errors.New("an impossible length")
	}
	whole := head + int(size)
	if cap(d.frame) < whole {
		d.frame = make([]byte, whole, 2*whole)
	}
	d.frame = d.frame[:whole]
	switch _, err = io.ReadFull(d.r, d.frame); err {
	case nil:
		return head, nil
	case io.EOF, io.ErrUnexpectedEOF:
		return 0, ErrCut
	}
	return 0, err
}

// reader takes fields off a frame; the first failure sticks.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	v, w := binary.Uvarint(r.b)
	if w <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[w:]
	return v
}

func (r *reader) varint() int64 {
	v, w := binary.Varint(r.b)
	if w <= 0 {
		r.bad = true
		return 0
	}
	r.b = r.b[w:]
	return v
}

func (r *reader) fixed() uint64 {
	if len(r.b) < 8 {
		r.bad = true
		return 0
	}
	v := binary.LittleEndian.Uint64(r.b)
	r.b = r.b[8:]
	return v
}

func (d *Decoder) name(r *reader) string {
	v := r.uvarint()
	if v&1 == 0 {
		if v>>1 >= uint64(len(d.names)) {
			r.bad = true
			return ""
		}
		return d.names[v>>1]
	}
	n := v >> 1
	if n > uint64(len(r.b)) {
		r.bad = true
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	if len(d.names) < namesMax {
		d.names = append(d.names, s)
	}
	return s
}

func (d *Decoder) parse(frame []byte, e *Event) error {
	r := &reader{b: frame}
	m := r.uvarint()
	*e = Event{}
	e.Kind = d.name(r)
	d.last += env.Instant(r.varint())
	e.At = d.last
	if m&hasMachine != 0 {
		e.Machine = d.name(r)
	}
	if m&hasBoot != 0 {
		e.Boot = r.uvarint()
	}
	if m&hasPeer != 0 {
		e.Peer = d.name(r)
	}
	if m&hasClient != 0 {
		e.Client = d.name(r)
	}
	for _, f := range [...]struct {
		bit uint64
		to  *uint64
	}{{hasSeq, &e.Seq}, {hasTerm, &e.Term}, {hasIndex, &e.Index}, {hasCount, &e.Count}} {
		if m&f.bit != 0 {
			*f.to = r.uvarint()
		}
	}
	if m&hasHash != 0 {
		e.Hash = r.fixed()
	}
	if m&hasState != 0 {
		e.State = r.fixed()
	}
	if m&hasConn != 0 {
		e.Conn = r.uvarint()
	}
	if m&hasTook != 0 {
		e.Took = time.Duration(r.varint())
	}
	if m&hasText != 0 {
		e.Text = string(r.b)
		r.b = nil
	}
	if r.bad || len(r.b) != 0 || m >= hasText<<1 {
		return errors.New("not the form of an event")
	}
	return nil
}

// Digest computes the digest of events one at a time, as Decoder does for a
// stream.
type Digest struct {
	enc *Encoder
	sum hash.Hash
	buf []byte
}

// NewDigest returns the digest of no events.
func NewDigest() *Digest { return &Digest{enc: NewEncoder(), sum: sha256.New()} }

// Add adds the next event.
func (d *Digest) Add(e *Event) {
	d.buf = d.enc.Append(d.buf[:0], e)
	d.sum.Write(d.buf)
}

// String is the digest over the events added so far: 64 hexadecimal digits.
func (d *Digest) String() string { return hex.EncodeToString(d.sum.Sum(nil)) }
