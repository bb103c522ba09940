package envtest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"raftian/netsim/env"
)

func deadlineChecks() []check {
	return []check{
		{"a read ends at its deadline", readDeadline},
		{"after a deadline the connection still works", usableAfterDeadline},
		{"a deadline in the past ends calls at once", pastDeadline},
		{"a past deadline beats data that is there", pastBeatsData},
		{"a deadline may come earlier for a blocked read", earlierWhileBlocked},
		{"a deadline may come later for a blocked read", laterWhileBlocked},
		{"a deadline may be taken back from a blocked read", clearedWhileBlocked},
		{"a full connection blocks writes until the deadline", writeDeadline},
		{"read and write deadlines are apart", separateDeadlines},
	}
}

// soon is a wait that a test can afford; a call that takes longer than patience
// was not ended by what should have ended it.
const (
	soon     = 30 * time.Millisecond
	patience = 5 * time.Second
)

func readDeadline(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	begun := time.Now()
	client.SetReadDeadline(begun.Add(soon))
	_, err := client.Read(make([]byte, 1))
	wantTimeout(t, "Read", err)
	if took := time.Since(begun); took < soon || took > patience {
		t.Errorf("it took %v; want %v", took, soon)
	}
}

func usableAfterDeadline(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	client.SetDeadline(time.Now().Add(soon))
	_, err := client.Read(make([]byte, 1))
	wantTimeout(t, "Read", err)
	_, err = client.Read(make([]byte, 1))
	wantTimeout(t, "Read again", err)
	client.SetDeadline(time.Time{})
	write(t, client, "still here")
	if got := read(t, server, 10); got != "still here" {
		t.Errorf("read %q", got)
	}
	write(t, server, "me too")
	if got := read(t, client, 6); got != "me too" {
		t.Errorf("read %q", got)
	}
}

func pastDeadline(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	begun := time.Now()
	client.SetDeadline(begun.Add(-time.Hour))
	_, err := client.Read(make([]byte, 1))
	wantTimeout(t, "Read", err)
	n, err := client.Write([]byte("x"))
	wantTimeout(t, "Write", err)
	if n != 0 {
		t.Errorf("Write wrote %d bytes", n)
	}
	if took := time.Since(begun); took > patience {
		t.Errorf("it took %v; want no time", took)
	}
}

func pastBeatsData(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	write(t, server, "here")
	read(t, client, 1)
	client.SetReadDeadline(time.Now().Add(-time.Second))
	_, err := client.Read(make([]byte, 3))
	wantTimeout(t, "Read", err)
	client.SetReadDeadline(time.Time{})
	if got := read(t, client, 3); got != "ere" {
		t.Errorf("after taking the deadline back, read %q", got)
	}
}

// blockedRead starts a Read of one byte and returns, once it is blocked, what
// will tell its error.
func blockedRead(c net.Conn) <-chan error {
	ended := make(chan error, 1)
	go func() {
		_, err := c.Read(make([]byte, 1))
		ended <- err
	}()
	time.Sleep(soon)
	return ended
}

func earlierWhileBlocked(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	begun := time.Now()
	client.SetReadDeadline(begun.Add(time.Hour))
	ended := blockedRead(client)
	client.SetReadDeadline(time.Now().Add(soon))
	wantTimeout(t, "Read", <-ended)

	client.SetReadDeadline(time.Now().Add(time.Hour))
	ended = blockedRead(client)
	client.SetReadDeadline(time.Now().Add(-time.Second))
	wantTimeout(t, "Read with a deadline moved into the past", <-ended)
	if took := time.Since(begun); took > patience {
		t.Errorf("it took %v; want no more than the new deadlines", took)
	}
}

func laterWhileBlocked(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	begun := time.Now()
	client.SetReadDeadline(begun.Add(10 * soon))
	ended := blockedRead(client)
	client.SetReadDeadline(begun.Add(15 * soon))
	wantTimeout(t, "Read", <-ended)
	if took := time.Since(begun); took < 15*soon || took > patience {
		t.Errorf("it took %v; want %v", took, 15*soon)
	}
}

func clearedWhileBlocked(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	client.SetReadDeadline(time.Now().Add(10 * soon))
	ended := blockedRead(client)
	client.SetReadDeadline(time.Time{})
	time.Sleep(12 * soon)
	select {
	case err := <-ended:
		t.Fatalf("Read ended with %v, though its deadline was taken back", err)
	default:
	}
	write(t, server, "x")
	if err := <-ended; err != nil {
		t.Errorf("Read: %v", err)
	}
}

func writeDeadline(t *testing.T, a, b env.Env) {
	const size = 32 << 20 // more than buffers take
	client, server := connect(t, a, b)
	sent := pattern(size, 0)
	begun := time.Now()
	client.SetWriteDeadline(begun.Add(10 * soon))
	n, err := client.Write(sent)
	wantTimeout(t, "Write", err)
	if took := time.Since(begun); took < 10*soon || took > patience {
		t.Errorf("it took %v; want %v", took, 10*soon)
	}
	if n <= 0 || n >= size {
		t.Errorf("Write says it wrote %d bytes of %d; want some, not all", n, size)
	}
	client.Close()
	got, err := io.ReadAll(server)
	if !bytes.Equal(got, sent[:n]) || err != nil {
		t.Errorf("%d bytes and %v arrived; want the %d that Write said it wrote", len(got), err, n)
	}
}

func separateDeadlines(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	client.SetReadDeadline(time.Now().Add(-time.Second))
	write(t, client, "out")
	if got := read(t, server, 3); got != "out" {
		t.Errorf("read %q", got)
	}
	client.SetDeadline(time.Time{})
	client.SetWriteDeadline(time.Now().Add(-time.Second))
	write(t, server, "in")
	if got := read(t, client, 2); got != "in" {
		t.Errorf("read %q", got)
	}
}

// wantTimeout checks the error of a call whose deadline passed.
func wantTimeout(t *testing.T, what string, err error) {
	t.Helper()
	var timeout net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%s: %v; want os.ErrDeadlineExceeded, a net.Error that is a timeout", what, err)
	}
}
