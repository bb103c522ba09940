// Package command is the form of a client's command as the data of a Raft log
// entry: who sends it, the client's sequence number (so that a repeated one is
// known), and what to do, in the guest's own bytes.
//
// Version 1 is: the version, one byte; the client's length, one byte; the
// client; Seq, eight bytes; the payload's length, four bytes; the payload.
// Version 2, of a command that also says who belongs to the cluster, has two more
// fields before the payload's length: the participant's name, a byte of length and
// the name, and where its players' service is, the same way, with the highest bit of
// the first length set if it is out. Integers are big-endian. A Command has only one
// form, so that entries with equal commands have equal data.
package command

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// The forms there are; Append writes the first that has room for all there is.
const (
	plain      = 1
	membership = 2
	version    = membership // the newest
)

// outBit is set in the length of a participant's name if it is out.
const outBit = 0x80

const (
	// ClientMax is how long a client's name may be, in bytes; it has at least one.
	ClientMax = 64
	// PayloadMax is how long a payload may be, in bytes.
	PayloadMax = 1 << 20
	// MemberMax is how long a participant's name, or the address of its players'
	// service, may be, in bytes.
	MemberMax = 127
)

// Command is one command of one client.
type Command struct {
	Client  string
	Seq     uint64 // unique and rising per client
	Payload []byte // for the guest's state machine
	Member  Member // who is let in or put out by it, if anyone
}

// Member says that a participant belongs to the cluster, or no more. The zero Member
// says nothing.
type Member struct {
	ID  string
	API string // "host:port" of its players' service; "" is not known
	Out bool
}

// Check says whether the command is within the limits. One that is not has no
// form.
func (c Command) Check() error {
	switch {
	case c.Client == "":
		return errors.New("command: it has no client")
	case len(c.Client) > ClientMax:
		return fmt.Errorf("command: a client's name of %d bytes; at most %d are allowed", len(c.Client), ClientMax)
	case len(c.Payload) > PayloadMax:
		return fmt.Errorf("command: a payload of %d bytes; at most %d are allowed", len(c.Payload), PayloadMax)
	}
	return c.Member.check()
}

func (m Member) check() error {
	switch {
	case m.ID == "" && m != (Member{}):
		return errors.New("command: a member without a name")
	case len(m.ID) > MemberMax || len(m.API) > MemberMax:
		return fmt.Errorf("command: a member's name or address of more than %d bytes", MemberMax)
	}
	return nil
}

// Append appends the command's form to dst. It panics if Check fails: what
// comes from outside is checked where it comes in.
func (c Command) Append(dst []byte) []byte {
	if err := c.Check(); err != nil {
		panic(err)
	}
	form := byte(plain)
	if c.Member != (Member{}) {
		form = membership
	}
	dst = append(dst, form, byte(len(c.Client)))
	dst = append(dst, c.Client...)
	dst = binary.BigEndian.AppendUint64(dst, c.Seq)
	if form == membership {
		dst = c.Member.append(dst)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.Payload)))
	return append(dst, c.Payload...)
}

func (m Member) append(dst []byte) []byte {
	size := byte(len(m.ID))
	if m.Out {
		size |= outBit
	}
	dst = append(append(dst, size), m.ID...)
	return append(append(dst, byte(len(m.API))), m.API...)
}

// parseMember takes a member off b.
func parseMember(b []byte) (m Member, rest []byte, err error) {
	word := func(size int) (s string) {
		if size > len(b) {
			err = errCut
			return ""
		}
		s, b = string(b[:size]), b[size:]
		return s
	}
	length := func() byte {
		if s := word(1); s != "" {
			return s[0]
		}
		return 0
	}
	size := length()
	m.Out = size&outBit != 0
	m.ID = word(int(size &^ outBit))
	size = length()
	m.API = word(int(size))
	if err == nil && m.ID == "" {
		err = errors.New("command: a member without a name")
	}
	return m, b, err
}

var errCut = errors.New("command: cut off")

// Parse reads the form of a command, which must be all of data. The Command's
// payload is part of data, not a copy.
func Parse(data []byte) (Command, error) {
	if len(data) < 2 {
		return Command{}, errCut
	}
	if data[0] > version {
		return Command{}, fmt.Errorf("command: version %d; this program knows versions up to %d", data[0], version)
	}
	if data[0] < plain {
		return Command{}, errors.New("command: not the form of a command")
	}
	client, rest := int(data[1]), data[2:]
	if len(rest) < client+8 {
		return Command{}, errCut
	}
	c := Command{Client: string(rest[:client]), Seq: binary.BigEndian.Uint64(rest[client:])}
	rest = rest[client+8:]
	if data[0] == membership {
		var err error
		if c.Member, rest, err = parseMember(rest); err != nil {
			return Command{}, err
		}
	}
	if len(rest) < 4 {
		return Command{}, errCut
	}
	c.Payload = rest[4:]
	if n := binary.BigEndian.Uint32(rest); uint64(n) != uint64(len(c.Payload)) {
		return Command{}, fmt.Errorf("command: %d bytes of payload where it says %d", len(c.Payload), n)
	}
	if err := c.Check(); err != nil {
		return Command{}, err
	}
	return c, nil
}
