package server

import (
	"cmp"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"raftian/netsim/env"
)

const (
	greetTime  = 5 * time.Second // that a connection has to say what it is
	nodesMax   = 512             // connections of nodes, open at once at one address
	playersMax = 4096            // connections of players, open at once
	doorMax    = 1024            // connections that have not said yet what they are
)

// gate is the Env of a served node. It stands at the node's addresses: it takes TLS
// off, has nodes say of which cluster they are, and sends players, who share an
// address with nodes, to the players' service. The first byte tells them apart.
type gate struct {
	*env.Real
	api      string            // the address that players share
	bind     map[string]string // where to listen instead of at an address; "" is there
	greeting []byte            // with the own name
	secure   *secrets          // nil is plain TCP
	log      *slog.Logger
	wires    *Wires
	players  *hall
	exit     func(error)
	met      *met

	nodesOpen, playersOpen atomic.Int64
	burnt                  atomic.Uint64
	door                   chan struct{} // has an element for each that has not said what it is
	quiet                  muffler
}

var _ env.Env = (*gate)(nil)

var errCrowd = errors.New("there are too many connections")

func newGate(e *env.Real, o Options, cluster string, secure *secrets, log *slog.Logger) *gate {
	hello := append(greeting(cluster), byte(len(o.ID)))
	return &gate{Real: e, api: o.API, bind: map[string]string{o.Raft: o.BindRaft, o.API: o.BindAPI},
		greeting: append(hello, o.ID...), secure: secure, log: log, wires: o.Wires,
		met: readMet(o.Dir), door: make(chan struct{}, doorMax), players: newHall(name(o.API), nil)}
}

// Work keeps a processor busy, as a frame of a game does: it computes until so much time
// has passed, and so takes longer than that if there is no processor to be had.
func (g *gate) Work(d time.Duration) {
	until := time.Now().Add(d)
	var burnt uint64
	for time.Now().Before(until) {
		for range 1000 {
			burnt = burnt*6364136223846793005 + 1442695040888963407
		}
	}
	g.burnt.Store(burnt) // so that it is computed
}

// Exit implements env.Env: it is for the server's owner to end the process.
func (g *gate) Exit(err error) {
	g.exit(err)
	runtime.Goexit()
}

// Listen implements env.Env.
func (g *gate) Listen(address string) (net.Listener, error) {
	l, err := g.Real.Listen(cmp.Or(g.bind[address], address))
	if err != nil {
		return nil, err
	}
	at := net.Addr(name(address))
	if _, port, _ := net.SplitHostPort(address); port == "0" {
		at = l.Addr()
	}
	nodes := newHall(at, l.Close)
	go g.accept(l, nodes, address == g.api)
	return nodes, nil
}

// accept lets connections in until the listener is closed.
func (g *gate) accept(l net.Listener, nodes *hall, players bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // such as too many open files
			continue
		}
		select {
		case g.door <- struct{}{}:
			go func() {
				defer func() { <-g.door }()
				g.sort(c, nodes, players)
			}()
		default:
			g.refused(c.RemoteAddr(), errCrowd)
			c.Close()
		}
	}
}

// sort finds out who connects.
func (g *gate) sort(c net.Conn, nodes *hall, players bool) {
	from := c.RemoteAddr()
	if g.secure != nil {
		c = tls.Server(c, g.secure.accept)
	}
	_ = c.SetDeadline(time.Now().Add(greetTime))
	var first [1]byte
	_, err := c.Read(first[:]) // with TLS, this shakes hands
	switch {
	case err != nil:
		if g.secure != nil {
			g.refused(from, err)
		}
	case first[0] == greetingWord[0]:
		var id string
		if id, err = readGreeting(c, g.greeting[:greetingSize]); err != nil {
			g.refused(from, err)
			break
		}
		g.met.add(id)
		g.admit(c, nodes, &g.nodesOpen, nodesMax, nil)
		return
	case players:
		g.admit(c, g.players, &g.playersOpen, playersMax, first[:])
		return
	default:
		g.refused(from, errNoNode)
	}
	c.Close()
}

// admit lets a connection in, with what was read of it before.
func (g *gate) admit(c net.Conn, to *hall, open *atomic.Int64, most int64, read []byte) {
	if open.Add(1) > most {
		open.Add(-1)
		g.refused(c.RemoteAddr(), errCrowd)
		c.Close()
		return
	}
	_ = c.SetDeadline(time.Time{})
	in := &guest{Conn: c, read: read, left: func() { open.Add(-1) }}
	if to == g.players {
		to.enter(in)
		return
	}
	if wired, ok := g.wires.add(in); ok {
		to.enter(wired)
	}
}

// refused says who was not let in, but not for every one of many.
func (g *gate) refused(from net.Addr, err error) {
	if g.quiet.speak() {
		g.log.Warn("a connection was refused", "from", from.String(), "error", err)
	}
}

// Dial implements env.Env.
func (g *gate) Dial(address string, timeout time.Duration) (net.Conn, error) {
	if g.wires.isCut() {
		return nil, errCut
	}
	c, err := g.Real.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	if g.secure != nil {
		c = tls.Client(c, g.secure.dial(address))
	}
	if timeout > 0 {
		_ = c.SetDeadline(time.Now().Add(timeout))
	}
	if _, err := c.Write(g.greeting); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	_ = c.SetDeadline(time.Time{})
	wired, ok := g.wires.add(&guest{Conn: c})
	if !ok {
		return nil, errCut
	}
	return wired, nil
}

func (g *gate) close() { g.players.Close() }

// guest is a connection that was let in.
type guest struct {
	net.Conn
	read []byte // before it was let in, and not yet again
	once sync.Once
	left func()
}

// NetConn is what was let in, as tls.Conn's is.
func (c *guest) NetConn() net.Conn { return c.Conn }

func (c *guest) Read(b []byte) (int, error) {
	if len(c.read) > 0 {
		n := copy(b, c.read)
		c.read = c.read[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

func (c *guest) Close() error {
	c.once.Do(func() {
		if c.left != nil {
			c.left()
		}
	})
	return c.Conn.Close()
}

// muffler lets a few lines through in a second.
type muffler struct {
	mu    sync.Mutex
	since time.Time
	lines int
}

func (m *muffler) speak() bool {
	const most = 5
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.Sub(m.since) > time.Second {
		m.since, m.lines = now, 0
	}
	m.lines++
	return m.lines <= most
}
