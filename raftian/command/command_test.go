package command_test

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/raftian/command"
)

// anyCommand is a command within the limits.
var anyCommand = rapid.Custom(func(t *rapid.T) command.Command {
	c := command.Command{
		Client:  rapid.StringN(1, -1, command.ClientMax).Draw(t, "client"),
		Seq:     rapid.Uint64().Draw(t, "seq"),
		Payload: rapid.SliceOf(rapid.Byte()).Draw(t, "payload"),
	}
	if rapid.Bool().Draw(t, "member") {
		c.Member = command.Member{
			ID:  rapid.StringN(1, -1, command.MemberMax).Draw(t, "id"),
			API: rapid.StringN(0, -1, command.MemberMax).Draw(t, "api"),
			Out: rapid.Bool().Draw(t, "out"),
		}
	}
	return c
})

func same(a, b command.Command) bool {
	return a.Client == b.Client && a.Seq == b.Seq && bytes.Equal(a.Payload, b.Payload) && a.Member == b.Member
}

func TestACommandOutlivesItsForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, before := anyCommand.Draw(t, "command"), rapid.SliceOf(rapid.Byte()).Draw(t, "before")
		data := c.Append(bytes.Clone(before))
		if !bytes.HasPrefix(data, before) {
			t.Fatalf("Append changed % x to % x", before, data)
		}
		if back, err := command.Parse(data[len(before):]); err != nil || !same(back, c) {
			t.Fatalf("%+v came back as %+v, %v", c, back, err)
		}
	})
}

func TestMoreOrLessThanAFormIsNoCommand(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		data := anyCommand.Draw(t, "command").Append(nil)
		if cut := data[:rapid.IntRange(0, len(data)-1).Draw(t, "length")]; parses(cut) {
			t.Fatalf("% x was cut off, and still parses", cut)
		}
		if more := append(data, rapid.SliceOfN(rapid.Byte(), 1, 9).Draw(t, "more")...); parses(more) {
			t.Fatalf("% x has trailing bytes, and still parses", more)
		}
	})
}

func parses(data []byte) bool {
	_, err := command.Parse(data)
	return err == nil
}

// The bytes of version 1, which logs on disk hold, must never change.
func TestVersion1IsTheseBytes(t *testing.T) {
	c := command.Command{Client: "p1", Seq: 258, Payload: []byte("look")}
	const want = "\x01\x02p1\x00\x00\x00\x00\x00\x00\x01\x02\x00\x00\x00\x04look"
	if data := c.Append(nil); string(data) != want {
		t.Errorf("%q, want %q", data, want)
	}
}

// So must those of version 2.
func TestVersion2IsTheseBytes(t *testing.T) {
	for want, m := range map[string]command.Member{
		"\x02\x01l\x00\x00\x00\x00\x00\x00\x00\x03\x02n4\x07n4:7001\x00\x00\x00\x06add n4": {ID: "n4", API: "n4:7001"},
		"\x02\x01l\x00\x00\x00\x00\x00\x00\x00\x03\x82n4\x00\x00\x00\x00\x06del n4":        {ID: "n4", Out: true},
	} {
		c := command.Command{Client: "l", Seq: 3, Payload: []byte(want[len(want)-6:]), Member: m}
		if data := c.Append(nil); string(data) != want {
			t.Errorf("%q, want %q", data, want)
		}
	}
}

func TestBytesAreRefusedForAReason(t *testing.T) {
	const rest = "\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00"
	for data, want := range map[string]string{
		"":                  "command: cut off",
		"\x00\x02p1" + rest: "command: not the form of a command",
		"\x07\x02p1" + rest: "command: version 7; this program knows versions up to 2",
		"\x02\x02p1" + rest[:8] + "\x00\x00\x00\x00\x00\x00":         "command: a member without a name",
		"\x02\x02p1" + rest[:8] + "\x02n":                            "command: cut off",
		"\x01\x00" + rest:                                            "command: it has no client",
		"\x01\x03p1" + rest:                                          "command: cut off",
		"\x01\x02p1" + rest[:11]:                                     "command: cut off",
		"\x01\x02p1" + rest + "x":                                    "command: 1 bytes of payload where it says 0",
		"\x01\x41" + strings.Repeat("p", command.ClientMax+1) + rest: "command: a client's name of 65 bytes; at most 64 are allowed",
		"\x01\x02p1\x00\x00\x00\x00\x00\x00\x00\x01\x00\x10\x00\x01" + strings.Repeat("x", command.PayloadMax+1): "command: a payload of 1048577 bytes; at most 1048576 are allowed",
	} {
		if c, err := command.Parse([]byte(data)); err == nil || err.Error() != want {
			t.Errorf("%.40q: %v, %v, want %s", data, c, err, want)
		}
	}
}

func TestTheLimitsThemselvesAreAllowed(t *testing.T) {
	c := command.Command{Client: strings.Repeat("p", command.ClientMax), Payload: make([]byte, command.PayloadMax)}
	if back, err := command.Parse(c.Append(nil)); err != nil || !same(back, c) {
		t.Errorf("a command of the largest size: %v", err)
	}
}

func TestACommandBeyondTheLimitsIsNotAppended(t *testing.T) {
	for _, c := range []command.Command{
		{},
		{Client: strings.Repeat("p", command.ClientMax+1)},
		{Client: "p", Payload: make([]byte, command.PayloadMax+1)},
		{Client: "p", Member: command.Member{API: "n4:7001"}},
		{Client: "p", Member: command.Member{ID: strings.Repeat("n", command.MemberMax+1)}},
	} {
		func() {
			defer func() {
				if err, is := recover().(error); !is || c.Check() == nil || err.Error() != c.Check().Error() {
					t.Errorf("Append said %v of a command of which Check says %v", err, c.Check())
				}
			}()
			c.Append(nil)
		}()
	}
}

func FuzzBytesThatAreACommandAreItsOnlyForm(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(command.Command{Client: "p1", Seq: 1, Payload: []byte("n1 attack n2")}.Append(nil))
	f.Add(command.Command{Client: "p1", Seq: 1, Member: command.Member{ID: "n2", API: "n2:1", Out: true}}.Append(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := command.Parse(data)
		if err == nil && !bytes.Equal(c.Append(nil), data) {
			t.Errorf("% x was read as %+v, whose form is % x", data, c, c.Append(nil))
		}
	})
}
