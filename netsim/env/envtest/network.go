package envtest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"raftian/netsim/env"
)

func networkChecks() []check {
	return []check{
		{"what is written is read, both ways", echo},
		{"a machine can call itself", func(t *testing.T, a, _ env.Env) { echo(t, a, a) }},
		{"a megabyte each way arrives whole and in order", megabytes},
		{"two writes at once do not mix", writesAtOnce},
		{"close is the end after the data", closeIsEnd},
		{"own close ends every call with ErrClosed", ownClose},
		{"own close ends calls that are blocked", ownCloseUnblocks},
		{"close with data unread resets the other end", closeUnread},
		{"what came before a reset can be read", dataBeforeReset},
		{"writing to a closed end fails", writeToClosed},
		{"reading nothing returns at once", readNothing},
	}
}

func echo(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	go func() {
		io.Copy(server, server)
		server.Close()
	}()
	for _, text := range []string{"x", "hello", string(make([]byte, 100_000))} {
		write(t, client, text)
		if got := read(t, client, len(text)); got != text {
			t.Errorf("%d bytes came back changed", len(text))
		}
	}
}

func megabytes(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	done := make(chan error, 4)
	for k, ends := range [][2]net.Conn{{client, server}, {server, client}} {
		sent := pattern(1<<20, byte(k))
		go func() {
			_, err := ends[0].Write(sent)
			done <- err
		}()
		go func() {
			got := make([]byte, len(sent))
			_, err := io.ReadFull(ends[1], got)
			if err == nil && !bytes.Equal(got, sent) {
				err = errors.New("the bytes read are not the bytes written")
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// writesAtOnce: package net lets one Write at a time at a connection, however
// long it blocks.
func writesAtOnce(t *testing.T, a, b env.Env) {
	const size = 8 << 20 // more than buffers take, so that each blocks
	client, server := connect(t, a, b)
	for k := range byte(2) {
		go client.Write(bytes.Repeat([]byte{'a' + k}, size))
	}
	time.Sleep(20 * time.Millisecond)
	got := []byte(read(t, server, 2*size))
	if first := got[:1]; bytes.Count(got[:size], first) != size {
		t.Error("one write's bytes lie among the other's")
	}
}

func closeIsEnd(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	write(t, client, "the last words")
	if err := client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if got, err := io.ReadAll(server); string(got) != "the last words" || err != nil {
		t.Errorf("read %q and then %v; want everything and then the end", got, err)
	}
	if n, err := server.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("reading again: %d, %v; want the end again", n, err)
	}
}

func ownClose(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	if err := client.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	_, readErr := client.Read(make([]byte, 1))
	_, writeErr := client.Write([]byte("x"))
	later := time.Now().Add(time.Second)
	for what, err := range map[string]error{
		"Read": readErr, "Write": writeErr, "Close again": client.Close(),
		"SetDeadline":      client.SetDeadline(later),
		"SetReadDeadline":  client.SetReadDeadline(later),
		"SetWriteDeadline": client.SetWriteDeadline(later),
	} {
		if !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v; want net.ErrClosed", what, err)
		}
	}
}

func ownCloseUnblocks(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	ended := make(chan error, 2)
	go func() {
		_, err := client.Read(make([]byte, 1))
		ended <- err
	}()
	go func() {
		_, err := client.Write(make([]byte, 32<<20))
		ended <- err
	}()
	time.Sleep(20 * time.Millisecond)
	select {
	case err := <-ended:
		t.Fatalf("a call that had to block returned %v", err)
	default:
	}
	client.Close()
	for range cap(ended) {
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("a blocked call ended with %v; want net.ErrClosed", err)
		}
	}
}

// closeUnread: RFC 1122, section 4.2.2.13. The first call after the reset says
// so; later ones find the connection gone.
func closeUnread(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	write(t, client, "two words")
	read(t, server, 1)
	server.Close()
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("the first Read: %v; want ECONNRESET", err)
	}
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("the second Read: %v; want the end", err)
	}
	if _, err := client.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) {
		t.Errorf("a Write after that: %v; want EPIPE", err)
	}
	if err := client.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func dataBeforeReset(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	write(t, client, "two words")
	read(t, server, 1)
	write(t, server, "an answer")
	server.Close()
	time.Sleep(50 * time.Millisecond)
	if got := read(t, client, 9); got != "an answer" {
		t.Errorf("read %q", got)
	}
	if _, err := client.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("then: %v; want ECONNRESET", err)
	}
}

func writeToClosed(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b)
	server.Close()
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Fatalf("Read: %v; want the end", err)
	}
	var err error
	for tries := 0; err == nil && tries < 10; tries++ {
		_, err = client.Write([]byte("anyone there?"))
		time.Sleep(10 * time.Millisecond)
	}
	if !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Write: %v; want EPIPE or ECONNRESET", err)
	}
	if _, err := client.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("Read after that: %v; want the end still", err)
	}
}

func readNothing(t *testing.T, a, b env.Env) {
	client, _ := connect(t, a, b)
	client.SetDeadline(time.Now().Add(-time.Second))
	if n, err := client.Read(nil); n != 0 || err != nil {
		t.Errorf("Read of no bytes past the deadline: %d, %v; want 0 and no error", n, err)
	}
}

// connect returns both ends of a connection from a to b.
func connect(t *testing.T, a, b env.Env) (client, server net.Conn) {
	t.Helper()
	l := listen(t, b)
	defer l.Close()
	client = dial(t, a, l.Addr().String())
	server, err := l.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	t.Cleanup(func() { server.Close() })
	return client, server
}

func listen(t *testing.T, e env.Env) net.Listener {
	t.Helper()
	l, err := e.Listen(e.ID() + ":0")
	if err != nil {
		t.Fatalf("Listen: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func dial(t *testing.T, e env.Env, address string) net.Conn {
	t.Helper()
	c, err := e.Dial(address, 5*time.Second)
	if err != nil {
		t.Fatalf("Dial: %v", err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func write(t *testing.T, w io.Writer, text string) {
	t.Helper()
	if n, err := io.WriteString(w, text); n != len(text) || err != nil {
		t.Fatalf("Write: %d bytes of %d, %v", n, len(text), err)
	}
}

// read reads n bytes, no fewer.
func read(t *testing.T, r io.Reader, n int) string {
	t.Helper()
	b := make([]byte, n)
	if got, err := io.ReadFull(r, b); err != nil {
		t.Fatalf("Read: %d bytes of %d, %v", got, n, err)
	}
	return string(b)
}

// pattern is size bytes in which none can be missing or in another's place
// without being noticed.
func pattern(size int, salt byte) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i) ^ byte(i>>8)*31 ^ byte(i>>16)*17 ^ salt
	}
	return b
}
