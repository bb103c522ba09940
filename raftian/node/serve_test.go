package node

import (
	"bytes"
	"encoding/binary"
	"net"
	"strings"
	"testing"
)

// answering plays a leader that sends back bytes for one request.
func answering(t *testing.T, reply []byte) (got []byte, r result, err error) {
	t.Helper()
	here, there := net.Pipe()
	asked := make(chan []byte, 1)
	go func() {
		defer there.Close()
		b, _ := readMessage(there)
		asked <- b
		_, _ = there.Write(reply)
	}()
	r, err = exchange(here, []byte("the command"))
	here.Close()
	return <-asked, r, err
}

// message is b with its length before it.
func message(b ...byte) []byte {
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(b))), b...)
}

func TestACommandIsSentAndItsAnswerRead(t *testing.T) {
	got, r, err := answering(t, message(append([]byte{byte(done), 0xac, 0x02}, "hit n2 90"...)...))
	if err != nil || r != (result{done, 300, "hit n2 90"}) || string(got) != "the command" {
		t.Errorf("sent %q, got %+v, %v", got, r, err)
	}
}

// An answer that cannot be read leaves open what became of the command.
func TestAnAnswerOfAnotherFormIsAnError(t *testing.T) {
	for name, reply := range map[string][]byte{
		"none":               nil,
		"half a length":      {0, 0},
		"less than it says":  {0, 0, 0, 9, byte(done)},
		"empty":              message(),
		"no index":           message(byte(done)),
		"an unending index":  message(byte(done), 0xff, 0xff),
		"an unknown outcome": message(9, 1),
		"outcome zero":       message(0, 1),
		"far too long":       {0xff, 0xff, 0xff, 0xff},
	} {
		if _, r, err := answering(t, reply); err == nil {
			t.Errorf("%s: it is taken for %+v", name, r)
		}
	}
}

func TestALengthIsNotBelieved(t *testing.T) {
	_, err := readMessage(bytes.NewReader(binary.BigEndian.AppendUint32(nil, messageMax+1)))
	if err == nil || !strings.Contains(err.Error(), "at most 1048576 are allowed") {
		t.Errorf("the error is %v", err)
	}
	longest := message(make([]byte, messageMax)...)
	if b, err := readMessage(bytes.NewReader(longest)); err != nil || len(b) != messageMax {
		t.Errorf("the longest message: %d bytes, %v", len(b), err)
	}
}
