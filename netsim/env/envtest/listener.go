package envtest

import (
	"errors"
	"net"
	"syscall"
	"testing"
	"time"

	"raftian/netsim/env"
)

func listenerChecks() []check {
	return []check{
		{"port 0 is a free port", freePort},
		{"a port in use is refused", portInUse},
		{"a foreign host cannot be listened on", foreignHost},
		{"a port is free again after Close", portFreed},
		{"accepted in the order of arrival", acceptOrder},
		{"Accept after Close ends with ErrClosed", acceptAfterClose},
		{"Close ends a blocked Accept", closeEndsAccept},
		{"a closed port refuses", dialRefused},
		{"connections outlive their listener", outlivesListener},
		{"connections nobody accepted are reset", unacceptedReset},
		{"both ends agree on addresses", addresses},
		{"malformed addresses are refused", malformed},
		{"a dial that takes too long times out", dialTimeout},
	}
}

func freePort(t *testing.T, a, _ env.Env) {
	l, other := listen(t, a), listen(t, a)
	if l.Addr().String() == other.Addr().String() {
		t.Errorf("%v was handed out twice", l.Addr())
	}
	host, port, err := net.SplitHostPort(l.Addr().String())
	if host != a.ID() || port == "0" || err != nil {
		t.Errorf("listening on %v; want a port of %s", l.Addr(), a.ID())
	}
}

func portInUse(t *testing.T, a, _ env.Env) {
	l := listen(t, a)
	if _, err := a.Listen(l.Addr().String()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listening twice: %v; want EADDRINUSE", err)
	}
}

func foreignHost(t *testing.T, a, _ env.Env) {
	// TEST-NET-1 (RFC 5737) is nobody's.
	if _, err := a.Listen("192.0.2.1:0"); !errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Errorf("listening on a foreign host: %v; want EADDRNOTAVAIL", err)
	}
}

func portFreed(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	if err := l.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	again, err := b.Listen(l.Addr().String())
	if err != nil {
		t.Fatalf("listening again: %v", err)
	}
	defer again.Close()
	dial(t, a, again.Addr().String())
	if _, err := again.Accept(); err != nil {
		t.Errorf("Accept: %v", err)
	}
}

func acceptOrder(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	var dialled []string
	for range 5 {
		dialled = append(dialled, dial(t, a, l.Addr().String()).LocalAddr().String())
		time.Sleep(5 * time.Millisecond)
	}
	for _, from := range dialled {
		c, err := l.Accept()
		if err != nil {
			t.Fatalf("Accept: %v", err)
		}
		if got := c.RemoteAddr().String(); got != from {
			t.Errorf("accepted %s; want %s", got, from)
		}
		c.Close()
	}
}

func acceptAfterClose(t *testing.T, a, _ env.Env) {
	l := listen(t, a)
	if err := l.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := l.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Accept: %v; want net.ErrClosed", err)
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Close again: %v; want net.ErrClosed", err)
	}
}

func closeEndsAccept(t *testing.T, a, _ env.Env) {
	l := listen(t, a)
	ended := make(chan error, 2)
	for range cap(ended) {
		go func() {
			_, err := l.Accept()
			ended <- err
		}()
	}
	time.Sleep(soon)
	l.Close()
	for range cap(ended) {
		if err := <-ended; !errors.Is(err, net.ErrClosed) {
			t.Errorf("Accept: %v; want net.ErrClosed", err)
		}
	}
}

func dialRefused(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	l.Close()
	begun := time.Now()
	if _, err := a.Dial(l.Addr().String(), 0); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("Dial: %v; want ECONNREFUSED", err)
	}
	if took := time.Since(begun); took > patience {
		t.Errorf("it took %v", took)
	}
}

func outlivesListener(t *testing.T, a, b env.Env) {
	client, server := connect(t, a, b) // which closes its listener
	write(t, client, "hello")
	if got := read(t, server, 5); got != "hello" {
		t.Errorf("read %q", got)
	}
}

func unacceptedReset(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	c := dial(t, a, l.Addr().String())
	l.Close()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("Read: %v; want ECONNRESET", err)
	}
}

func addresses(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	client := dial(t, a, l.Addr().String())
	server, err := l.Accept()
	if err != nil {
		t.Fatalf("Accept: %v", err)
	}
	defer server.Close()
	if here, there := client.LocalAddr().String(), server.RemoteAddr().String(); here != there {
		t.Errorf("the client calls itself %s, the server calls it %s", here, there)
	}
	if here, there := server.LocalAddr().String(), client.RemoteAddr().String(); here != there || here != l.Addr().String() {
		t.Errorf("the server calls itself %s, the client calls it %s, it listens on %v", here, there, l.Addr())
	}
	if host, _, err := net.SplitHostPort(client.LocalAddr().String()); host != a.ID() || err != nil {
		t.Errorf("the client's address is %v; want one of %s", client.LocalAddr(), a.ID())
	}
	for _, addr := range []net.Addr{l.Addr(), client.LocalAddr(), client.RemoteAddr()} {
		if addr.Network() != "tcp" {
			t.Errorf("%v is an address of network %q; want tcp", addr, addr.Network())
		}
	}
}

func malformed(t *testing.T, a, b env.Env) {
	for _, address := range []string{"no-port", "a:b:c", b.ID() + ":-1", b.ID() + ":65536", b.ID() + ":1x"} {
		if c, err := a.Dial(address, soon); err == nil {
			c.Close()
			t.Errorf("Dial(%q) succeeds", address)
		}
		if l, err := b.Listen(address); err == nil {
			l.Close()
			t.Errorf("Listen(%q) succeeds", address)
		}
	}
}

func dialTimeout(t *testing.T, a, b env.Env) {
	l := listen(t, b)
	c, err := a.Dial(l.Addr().String(), time.Nanosecond)
	if err == nil {
		c.Close()
		t.Fatal("Dial succeeds in a nanosecond")
	}
	if timeout, ok := errors.AsType[net.Error](err); !ok || !timeout.Timeout() {
		t.Errorf("Dial: %v; want a net.Error that is a timeout", err)
	}
}
