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
	handshakeTimeout = 5 * time.Second // for a connection to send its first byte and handshake
	nodeConnsMax     = 512             // open connections of nodes per address
	playerConnsMax   = 4096            // open connections of players
	pendingMax       = 1024            // connections that are not classified yet
)

// network is the Env of a served node. Its listeners terminate TLS and read the
// handshake of nodes. Players share an address with nodes; their connections go to the
// players' service. The first byte of a connection tells the two apart.
type network struct {
	*env.Real
	api       string            // the address that players and nodes share
	bind      map[string]string // address to bind for an advertised address; "" is the address itself
	handshake []byte            // with this node's ID
	secure    *tlsConfigs       // nil is plain TCP
	log       *slog.Logger
	conns     *PeerConns
	players   *chanListener
	exit      func(error)
	seen      *seenPeers

	nodeConns, playerConns atomic.Int64
	workSink               atomic.Uint64
	pending                chan struct{} // has an element per connection that is not classified yet
	refusals               logLimiter
}

var _ env.Env = (*network)(nil)

var errTooMany = errors.New("there are too many connections")

func newNetwork(e *env.Real, o Options, cluster string, secure *tlsConfigs, log *slog.Logger) *network {
	handshakeBytes := append(handshake(cluster), byte(len(o.ID)))
	return &network{Real: e, api: o.API, bind: map[string]string{o.Raft: o.BindRaft, o.API: o.BindAPI},
		handshake: append(handshakeBytes, o.ID...), secure: secure, log: log, conns: o.PeerConns,
		seen: readSeenPeers(o.Dir), pending: make(chan struct{}, pendingMax), players: newChanListener(namedAddr(o.API), nil)}
}

// Work computes for the duration d of wall-clock time, as a frame of a game does. It
// takes longer if no processor is available.
func (n *network) Work(d time.Duration) {
	deadline := time.Now().Add(d)
	var sum uint64
	for time.Now().Before(deadline) {
		for range 1000 {
			sum = sum*6364136223846793005 + 1442695040888963407
		}
	}
	n.workSink.Store(sum) // keeps the loop from being optimised away
}

// Exit implements env.Env. It tells the server's owner, who ends the process.
func (n *network) Exit(err error) {
	n.exit(err)
	runtime.Goexit()
}

// Listen implements env.Env.
func (n *network) Listen(address string) (net.Listener, error) {
	l, err := n.Real.Listen(cmp.Or(n.bind[address], address))
	if err != nil {
		return nil, err
	}
	addr := net.Addr(namedAddr(address))
	if _, port, _ := net.SplitHostPort(address); port == "0" {
		addr = l.Addr()
	}
	nodes := newChanListener(addr, l.Close)
	go n.accept(l, nodes, address == n.api)
	return nodes, nil
}

// accept accepts connections until the listener is closed.
func (n *network) accept(l net.Listener, nodes *chanListener, players bool) {
	for {
		c, err := l.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // a transient error, such as too many open files
			continue
		}
		select {
		case n.pending <- struct{}{}:
			go func() {
				defer func() { <-n.pending }()
				n.classify(c, nodes, players)
			}()
		default:
			n.logRefused(c.RemoteAddr(), errTooMany)
			c.Close()
		}
	}
}

// classify reads what a connection is, a node's or a player's, and admits it.
func (n *network) classify(c net.Conn, nodes *chanListener, players bool) {
	from := c.RemoteAddr()
	if n.secure != nil {
		c = tls.Server(c, n.secure.server)
	}
	_ = c.SetDeadline(time.Now().Add(handshakeTimeout))
	var first [1]byte
	_, err := c.Read(first[:]) // with TLS, this includes its handshake
	switch {
	case err != nil:
		if n.secure != nil {
			n.logRefused(from, err)
		}
	case first[0] == handshakeMagic[0]:
		var id string
		if id, err = readHandshake(c, n.handshake[:handshakeSize]); err != nil {
			n.logRefused(from, err)
			break
		}
		n.seen.add(id)
		n.admit(c, nodes, &n.nodeConns, nodeConnsMax, nil)
		return
	case players:
		n.admit(c, n.players, &n.playerConns, playerConnsMax, first[:])
		return
	default:
		n.logRefused(from, errNotNode)
	}
	c.Close()
}

// admit delivers a connection to a listener. prefix is what was already read from it.
func (n *network) admit(c net.Conn, to *chanListener, open *atomic.Int64, limit int64, prefix []byte) {
	if open.Add(1) > limit {
		open.Add(-1)
		n.logRefused(c.RemoteAddr(), errTooMany)
		c.Close()
		return
	}
	_ = c.SetDeadline(time.Time{})
	admitted := &admittedConn{Conn: c, prefix: prefix, onClose: func() { open.Add(-1) }}
	if to == n.players {
		to.deliver(admitted)
		return
	}
	if cuttable, ok := n.conns.add(admitted); ok {
		to.deliver(cuttable)
	}
}

// logRefused logs a refused connection, at a limited rate.
func (n *network) logRefused(from net.Addr, err error) {
	if n.refusals.allow() {
		n.log.Warn("a connection was refused", "from", from.String(), "error", err)
	}
}

// Dial implements env.Env.
func (n *network) Dial(address string, timeout time.Duration) (net.Conn, error) {
	if n.conns.isCut() {
		return nil, errCut
	}
	c, err := n.Real.Dial(address, timeout)
	if err != nil {
		return nil, err
	}
	if n.secure != nil {
		c = tls.Client(c, n.secure.clientFor(address))
	}
	if timeout > 0 {
		_ = c.SetDeadline(time.Now().Add(timeout))
	}
	if _, err := c.Write(n.handshake); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	_ = c.SetDeadline(time.Time{})
	cuttable, ok := n.conns.add(&admittedConn{Conn: c})
	if !ok {
		return nil, errCut
	}
	return cuttable, nil
}

func (n *network) close() { n.players.Close() }

// admittedConn is a connection whose first bytes were already read.
type admittedConn struct {
	net.Conn
	prefix  []byte // returned by Read before the connection's own bytes
	once    sync.Once
	onClose func()
}

// NetConn returns the wrapped connection, as tls.Conn.NetConn does.
func (c *admittedConn) NetConn() net.Conn { return c.Conn }

func (c *admittedConn) Read(b []byte) (int, error) {
	if len(c.prefix) > 0 {
		n := copy(b, c.prefix)
		c.prefix = c.prefix[n:]
		return n, nil
	}
	return c.Conn.Read(b)
}

func (c *admittedConn) Close() error {
	c.once.Do(func() {
		if c.onClose != nil {
			c.onClose()
		}
	})
	return c.Conn.Close()
}

// logLimiter allows a few log lines per second.
type logLimiter struct {
	mu    sync.Mutex
	since time.Time
	count int
}

func (m *logLimiter) allow() bool {
	const perSecond = 5
	m.mu.Lock()
	defer m.mu.Unlock()
	if now := time.Now(); now.Sub(m.since) > time.Second {
		m.since, m.count = now, 0
	}
	m.count++
	return m.count <= perSecond
}
