// Package command is the form of a client's command as the data of a Raft log
// entry: who sends it, the client's sequence number (so that a repeated one is
// known), and what to do, in the guest's own bytes.
//
// Version 1 is: the version, one byte; the client's length, one byte; the
// client; Seq, eight bytes; the payload's length, four bytes; the payload.
// Integers are big-endian. A Command has only one form, so that entries with
// equal commands have equal data.
package command

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// version is the newest form there is; Append writes it.
const version = 1

const (
	// ClientMax is how long a client's name may be, in bytes; it has at least one.
	ClientMax = 64
	// PayloadMax is how long a payload may be, in bytes.
	PayloadMax = 1 << 20
)

// Command is one command of one client.
type Command struct {
	Client  string
	Seq     uint64 // unique and rising per client
	Payload []byte // for the guest's state machine
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
	return nil
}

// Append appends the command's form to dst. It panics if Check fails: what
// comes from outside is checked where it comes in.
func (c Command) Append(dst []byte) []byte {
	if err := c.Check(); err != nil {
		panic(err)
	}
	dst = append(dst, version, byte(len(c.Client)))
	dst = append(dst, c.Client...)
	dst = binary.BigEndian.AppendUint64(dst, c.Seq)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(c.Payload)))
	return append(dst, c.Payload...)
}

// Parse reads the form of a command, which must be all of data. The Command's
// payload is part of data, not a copy.
func Parse(data []byte) (Command, error) {
	if len(data) < 2 {
		return Command{}, errors.New("command: cut off")
	}
	if data[0] > version {
		return Command{}, fmt.Errorf("command: version %d; this program knows versions up to %d", data[0], version)
	}
	if data[0] != version {
		return Command{}, errors.New("command: not the form of a command")
	}
	client, rest := int(data[1]), data[2:]
	if len(rest) < client+8+4 {
		return Command{}, errors.New("command: cut off")
	}
	c := Command{
		Client:  string(rest[:client]),
		Seq:     binary.BigEndian.Uint64(rest[client:]),
		Payload: rest[client+8+4:],
	}
	if n := binary.BigEndian.Uint32(rest[client+8:]); uint64(n) != uint64(len(c.Payload)) {
		return Command{}, fmt.Errorf("command: %d bytes of payload where it says %d", len(c.Payload), n)
	}
	if err := c.Check(); err != nil {
		return Command{}, err
	}
	return c, nil
}
