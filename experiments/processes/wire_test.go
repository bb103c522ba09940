package processes

import (
	"io"
	"net"
	"sync"
	"testing"
)

// wires are the proxies between nodes. Bytes from one node to another can be held, as
// a partition does, and connections can be reset. Nodes say who they are when they
// connect, so a proxy knows between whom it stands.
type wires struct {
	mu     sync.Mutex
	change *sync.Cond
	held   map[[2]string]bool // by who sends and who is to receive
	closed bool
	open   map[*span]bool
	front  []net.Listener
}

// span is a connection through a proxy.
type span struct {
	from, to string
	ends     [2]net.Conn
}

func (s *span) close() {
	s.ends[0].Close()
	s.ends[1].Close()
}

func newWires() *wires {
	w := &wires{held: map[[2]string]bool{}, open: map[*span]bool{}}
	w.change = sync.NewCond(&w.mu)
	return w
}

// lead makes an address that leads to another, of a node.
func (w *wires) lead(t *testing.T, to, address string) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w.front = append(w.front, l)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go w.join(c, to, address)
		}
	}()
	return l.Addr().String()
}

// greetingSize is how long what a node says first is, up to the length of its name.
const greetingSize = 8 + 1 + 16 + 1

// greeted reads what a node says first, and who it is. Of anyone else it is a byte.
func greeted(c net.Conn) (hello []byte, from string, err error) {
	hello = make([]byte, greetingSize, greetingSize+255)
	if _, err := io.ReadFull(c, hello[:1]); err != nil {
		return nil, "", err
	}
	if hello[0] != 0 {
		return hello[:1], "a player", nil
	}
	if _, err := io.ReadFull(c, hello[1:]); err != nil {
		return nil, "", err
	}
	hello = hello[:greetingSize+int(hello[greetingSize-1])]
	_, err = io.ReadFull(c, hello[greetingSize:])
	return hello, string(hello[greetingSize:]), err
}

// join stands between two nodes until the connection ends.
func (w *wires) join(c net.Conn, to, address string) {
	hello, from, err := greeted(c)
	if err != nil {
		c.Close()
		return
	}
	if !w.wait(from, to) {
		c.Close()
		return
	}
	d, err := net.Dial("tcp", address)
	if err != nil {
		c.Close()
		return
	}
	s := &span{from, to, [2]net.Conn{c, d}}
	w.mu.Lock()
	w.open[s] = true
	w.mu.Unlock()
	_, err = d.Write(hello)
	var both sync.WaitGroup
	if err == nil {
		both.Go(func() { w.carry(s, d, c, from, to) })
		both.Go(func() { w.carry(s, c, d, to, from) })
	}
	both.Wait()
	s.close()
	w.mu.Lock()
	delete(w.open, s)
	w.mu.Unlock()
}

// carry carries bytes one way.
func (w *wires) carry(s *span, to, from net.Conn, sender, receiver string) {
	defer s.close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if n > 0 {
			if !w.wait(sender, receiver) {
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

// wait waits while bytes are held; it is false once all is over.
func (w *wires) wait(sender, receiver string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.held[[2]string{sender, receiver}] && !w.closed {
		w.change.Wait()
	}
	return !w.closed
}

// hold holds what one sends to another, or no longer.
func (w *wires) hold(sender, receiver string, on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.held[[2]string{sender, receiver}] = on
	w.change.Broadcast()
}

// reset closes all connections of a node.
func (w *wires) reset(node string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.open {
		if s.from == node || s.to == node {
			s.close()
		}
	}
}

func (w *wires) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.change.Broadcast()
	for _, l := range w.front {
		l.Close()
	}
	for s := range w.open {
		s.close()
	}
}
