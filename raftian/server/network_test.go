package server

import (
	"log/slog"
	"testing"

	"raftian/netsim/env"
	"raftian/netsim/env/envtest"
)

// The conformance test of env holds for network. (With TLS, deadlines differ: data that
// has arrived can still be read after one, and no write succeeds after one that timed
// out. A connection on which a call has failed is closed in any case.)
func TestNetworkConformsToEnv(t *testing.T) {
	t.Parallel()
	one := func(t *testing.T) env.Env {
		r, err := env.NewReal(env.RealOptions{ID: "127.0.0.1", Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return newNetwork(r, Options{ID: "n1", Dir: t.TempDir()}, "00112233445566778899aabbccddeeff", nil, slog.New(slog.DiscardHandler))
	}
	envtest.Run(t, func(t *testing.T, check func(t *testing.T, a, b env.Env)) { check(t, one(t), one(t)) })
}
