package processes

import (
	"io"
	"net"
	"sync"
	"testing"
)

// proxies forward the connections between nodes. They can hold the bytes from one node
// to another, as a partition does, and reset connections. The handshake of a connection
// says which node opened it.
type proxies struct {
	mu        sync.Mutex
	changed   *sync.Cond
	held      map[[2]string]bool // by sender and receiver
	closed    bool
	open      map[*proxiedConn]bool
	listeners []net.Listener
}

// proxiedConn is a connection through a proxy.
type proxiedConn struct {
	from, to string
	ends     [2]net.Conn
}

func (s *proxiedConn) close() {
	s.ends[0].Close()
	s.ends[1].Close()
}

func newProxies() *proxies {
	ps := &proxies{held: map[[2]string]bool{}, open: map[*proxiedConn]bool{}}
	ps.changed = sync.NewCond(&ps.mu)
	return ps
}

// listenFor returns a new address that forwards to a node's address.
func (ps *proxies) listenFor(t *testing.T, to, address string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ps.listeners = append(ps.listeners, l)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go ps.serve(c, to, address)
		}
	}()
	return l.Addr().String()
}

// handshakeSize is the length of a node's handshake without its ID (raftian/server).
const handshakeSize = 8 + 1 + 16 + 1

// readHandshake reads a node's handshake and returns it with the node's ID. Of a
// player's connection it reads one byte.
func readHandshake(c net.Conn) (handshake []byte, from string, err error) {
	handshake = make([]byte, handshakeSize, handshakeSize+255)
	if _, err := io.ReadFull(c, handshake[:1]); err != nil {
		return nil, "", err
	}
	if handshake[0] != 0 {
		return handshake[:1], "a player", nil
	}
	if _, err := io.ReadFull(c, handshake[1:]); err != nil {
		return nil, "", err
	}
	handshake = handshake[:handshakeSize+int(handshake[handshakeSize-1])]
	_, err = io.ReadFull(c, handshake[handshakeSize:])
	return handshake, string(handshake[handshakeSize:]), err
}

// serve forwards a connection until it ends.
func (ps *proxies) serve(c net.Conn, to, address string) {
	handshake, from, err := readHandshake(c)
	if err != nil {
		c.Close()
		return
	}
	if !ps.waitReleased(from, to) {
		c.Close()
		return
	}
	d, err := net.Dial("tcp", address)
	if err != nil {
		c.Close()
		return
	}
	s := &proxiedConn{from, to, [2]net.Conn{c, d}}
	ps.mu.Lock()
	ps.open[s] = true
	ps.mu.Unlock()
	_, err = d.Write(handshake)
	var both sync.WaitGroup
	if err == nil {
		both.Go(func() { ps.forward(s, d, c, from, to) })
		both.Go(func() { ps.forward(s, c, d, to, from) })
	}
	both.Wait()
	s.close()
	ps.mu.Lock()
	delete(ps.open, s)
	ps.mu.Unlock()
}

// forward copies bytes in one direction.
func (ps *proxies) forward(s *proxiedConn, to, from net.Conn, sender, receiver string) {
	defer s.close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if !ps.waitReleased(sender, receiver) {
				return
			}
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// waitReleased waits while bytes from one node to another are held. It returns false
// once the proxies are closed.
func (ps *proxies) waitReleased(from, to string) bool {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for ps.held[[2]string{from, to}] && !ps.closed {
		ps.changed.Wait()
	}
	return !ps.closed
}

// hold holds the bytes from one node to another, or releases them.
func (ps *proxies) hold(from, to string, on bool) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.held[[2]string{from, to}] = on
	ps.changed.Broadcast()
}

// reset closes all connections of a node.
func (ps *proxies) reset(node string) {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	for s := range ps.open {
		if s.from == node || s.to == node {
			s.close()
		}
	}
}

func (ps *proxies) close() {
	ps.mu.Lock()
	defer ps.mu.Unlock()
	ps.closed = true
	ps.changed.Broadcast()
	for _, l := range ps.listeners {
		l.Close()
	}
	for s := range ps.open {
		s.close()
	}
}
