package observe

import (
	"net"
	"strings"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// Stream is the way to the machine's network for raft.NewNetworkTransport: it accepts
// connections at address, "host:port", and dials.
func Stream(e env.Env, address string) (raft.StreamLayer, error) {
	listener, err := e.Listen(address)
	if err != nil {
		return nil, err
	}
	return stream{listener, e}, nil
}

type stream struct {
	net.Listener
	env env.Env
}

// Dial implements raft.StreamLayer.
func (s stream) Dial(address raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	return s.env.Dial(string(address), timeout)
}

// Logger sends the library's diagnostics to the Env, one note a line: those of a level such
// as "INFO", or above. A logger of each machine's own also keeps machines from sharing its
// locks.
func Logger(e env.Env, level string) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Name:        "raft",
		Level:       hclog.LevelFromString(level),
		Output:      diagnostics{e},
		DisableTime: true,
	})
}

type diagnostics struct{ env env.Env }

// Write implements io.Writer.
func (d diagnostics) Write(p []byte) (int, error) {
	for line := range strings.Lines(string(p)) {
		d.env.Emit(env.Note{Kind: env.KindDiag, Text: strings.TrimRight(line, "\n")})
	}
	return len(p), nil
}
