package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// addresses holds the addresses that freeAddress has returned.
var addresses sync.Map

// freeAddress returns a local address that nobody listens at. Its port is from 14000 to
// 16999, below those of outgoing connections (32768 and above) and apart from those
// that tests of other packages use.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 1000 {
		address := fmt.Sprintf("127.0.0.1:%d", 14000+rand.IntN(3000))
		if _, given := addresses.LoadOrStore(address, true); given {
			continue
		}
		if l, err := net.Listen("tcp", address); err == nil {
			l.Close()
			return address
		}
	}
	t.Fatal("no free port from 14000 to 17000")
	return ""
}

// syncBuffer is a buffer that can be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// singleNode returns the options of a cluster of one node.
func singleNode(t testing.TB) Options {
	return Options{ID: "n1", Dir: t.TempDir(), Raft: freeAddress(t), API: freeAddress(t), Bootstrap: true, FPS: 60, Settings: fastTimeouts()}
}

func fastTimeouts() []string { return []string{"heartbeat=150ms", "election=150ms", "lease=75ms"} }

// threeNodes returns the options of a cluster of three nodes.
func threeNodes(t testing.TB) (list []Options) {
	var peers []string
	for k := range 3 {
		o := singleNode(t)
		o.ID, o.Bootstrap = fmt.Sprintf("n%d", k+1), false
		peers = append(peers, fmt.Sprintf("%s@%s/%s", o.ID, o.Raft, o.API))
		list = append(list, o)
	}
	for k := range list {
		list[k].Peers = strings.Join(peers, ",")
	}
	return list
}

// start starts a node and stops it when the test ends.
func start(t testing.TB, o Options) *Server {
	t.Helper()
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	if o.Bootstrap {
		awaitCity(t, s)
	}
	return s
}

// awaitCity waits until the city of a cluster's first node is in the game.
func awaitCity(t testing.TB, s *Server) {
	t.Helper()
	eventually(t, s.ID()+" is in the game", func() bool { return s.View().Local > 0 })
}

func stop(t testing.TB, s *Server) {
	t.Helper()
	web.CloseIdleConnections() // otherwise Stop waits a second for HTTP/2 connections
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		t.Errorf("stopping %s: %v", s.ID(), err)
	}
}

// web is the HTTP client of all clients without TLS.
var web = api.PlainHTTP()

// clientOf returns a client of some nodes, without TLS.
func clientOf(name string, nodes ...*Server) *api.Client {
	var at []string
	for _, s := range nodes {
		at = append(at, s.API())
	}
	return api.NewClient(api.ClientOptions{Name: name, Nodes: at, HTTP: web})
}

// do sends a command and returns its effect.
func do(t testing.TB, c *api.Client, text string) *apiv1.Effect {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	effect, err := c.Do(ctx, c.Number(), text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return effect
}

// look reads the state.
func look(t testing.TB, c *api.Client, kind apiv1.Read) *apiv1.StatusResponse {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	answer, err := c.Look(ctx, c.Number(), &apiv1.StatusRequest{Read: kind})
	if err != nil {
		t.Fatalf("looking: %v", err)
	}
	return answer
}

// eventually waits for a condition in real time.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 30 s: %s", what)
}

// refused expects Start to refuse a node with one line that contains words.
func refused(t testing.TB, o Options, words string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	s, err := Start(ctx, o)
	if err == nil {
		stop(t, s)
		t.Errorf("it was started, and should be refused with %q", words)
		return
	}
	if r := (*Refusal)(nil); !errors.As(err, &r) || !strings.Contains(err.Error(), words) || strings.Contains(err.Error(), "\n") {
		t.Errorf("it was refused with %q; want one line with %q", err, words)
	}
}

func TestNodeResumesAfterRestart(t *testing.T) {
	t.Parallel()
	o := singleNode(t)
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	awaitCity(t, s)
	p := clientOf("p", s)
	do(t, p, "add n2")
	effect := do(t, p, "n1 attack n2")
	if effect.GetOutput() != "hit n2 90" || effect.GetTerm() == 0 || effect.GetIndex() == 0 {
		t.Errorf("attacking came to %v", effect)
	}
	before := look(t, p, apiv1.Read_READ_LOCAL)
	stop(t, s)
	s = start(t, o)
	p = api.NewClient(api.ClientOptions{Name: "q", Nodes: []string{s.API()}})
	after := look(t, p, apiv1.Read_READ_VERIFIED)
	if after.GetOutput() != before.GetOutput() || after.GetIndex() != before.GetIndex() || after.GetTerm() != before.GetTerm() {
		t.Errorf("before it was %v, and then %v", before, after)
	}
}

func TestDirectoryBelongsToOneNode(t *testing.T) {
	t.Parallel()
	o := singleNode(t)
	s := start(t, o)
	other := o
	other.Raft, other.API = freeAddress(t), freeAddress(t)
	refused(t, other, "another node runs on this data directory")
	stop(t, s)

	other = o
	other.ID = "n2"
	refused(t, other, "is the data directory of n1, not of n2")
	other = o
	other.Raft = freeAddress(t)
	refused(t, other, "of a node that others know at "+o.Raft)
	other = o
	other.Bootstrap, other.Peers = false, fmt.Sprintf("n1@%s/%s,n2@127.0.0.1:1/127.0.0.1:2", o.Raft, o.API)
	refused(t, other, "of a node of another cluster")
	start(t, o)
}

func TestDirectoryWithoutIdentityRefused(t *testing.T) {
	t.Parallel()
	o := singleNode(t)
	s := start(t, o)
	eventually(t, "there is a leader", func() bool { return s.View().Leader != "" })
	stop(t, s)
	path := filepath.Join(o.Dir, "identity")
	whole := read(t, path)
	for words, text := range map[string]string{
		"its file identity is damaged": string(whole[:len(whole)/2]),
		"this program knows format 1":  strings.Replace(string(whole), `"format":1`, `"format":2`, 1),
		"is the data directory of n7":  strings.Replace(string(whole), `"id":"n1"`, `"id":"n7"`, 1),
	} {
		write(t, path, []byte(text))
		refused(t, o, words)
	}
	remove(t, path)
	refused(t, o, "its file identity is missing")
	write(t, path, whole)
	start(t, o)
}

func TestPublicAddressesNeedTLSOrInsecure(t *testing.T) {
	t.Parallel()
	for address, words := range map[string]string{
		"192.0.2.1:7000":       "--insecure",
		"example.org:7000":     "--insecure",
		"[2001:db8::1]:7000":   "--insecure",
		"0.0.0.0:7000":         "the address that they use",
		"127.0.0.1":            "is no address",
		"127.0.0.1:0":          "has no port",
		"127.0.0.1:http":       "has no port",
		"127.0.0.1:70000":      "has no port",
		"127.0.0.1:7000/extra": "has no port",
	} {
		o := singleNode(t)
		o.Raft = address
		refused(t, o, words)
	}
	for _, address := range []string{"127.0.0.1:7000", "localhost:7000", "[::1]:7000", "127.8.9.1:7000", ":7000"} {
		if err := checkAddress(&address, "", false); err != nil {
			t.Errorf("%s is refused: %v", address, err)
		}
		if strings.HasPrefix(address, ":") {
			t.Errorf("an address without a host stays %s", address)
		}
	}
	public, local := "example.org:7000", "127.0.0.1:7000"
	if err := checkAddress(&public, local, false); err != nil {
		t.Errorf("to listen at %s behind a proxy at %s is refused: %v", local, public, err)
	}
	if err := checkAddress(&local, "0.0.0.0:7000", false); err == nil {
		t.Error("to listen everywhere without TLS is not refused")
	}
}

// Nodes of two clusters whose addresses were mixed up refuse each other's connections.
func TestClustersDoNotMix(t *testing.T) {
	t.Parallel()
	ours := threeNodes(t)
	var log syncBuffer
	ours[0].Log = slog.New(slog.NewTextHandler(&log, nil))
	n1, n2 := start(t, ours[0]), start(t, ours[1])
	// A node of another cluster has n3's address, and n1 and n2 as its peers.
	stray := ours[2]
	stray.Peers += fmt.Sprintf(",n4@%s/%s", freeAddress(t), freeAddress(t))
	var strayLog syncBuffer
	stray.Log = slog.New(slog.NewTextHandler(&strayLog, nil))
	n3 := start(t, stray)
	p := clientOf("p", n1, n2)
	for range 5 {
		do(t, p, "n1 attack n2")
	}
	const words = "it is a node of another cluster"
	eventually(t, "both say so", func() bool {
		return strings.Contains(log.String(), words) && strings.Contains(strayLog.String(), words)
	})
	if v := n3.View(); v.Leader != "" || v.Commit > 0 {
		t.Errorf("the stray node believes that %q leads, and that %d entries are committed", v.Leader, v.Commit)
	}
	if n1.View().Term != n2.View().Term || n1.View().Leader == "" {
		t.Errorf("the others see %+v and %+v", n1.View(), n2.View())
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := start(t, singleNode(t))
	do(t, clientOf("p", s), "n1 attack n1")
	r, err := http.Get("http://" + s.API() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"raftian_leader 1", "raftian_members 1", `raftian_applied_total{what="effect"} 2`,
		`raftian_call_seconds_count{code="ok",procedure="Attack"} 1`, "raftian_frames_total ", "go_goroutines "} {
		if !strings.Contains(string(b), "\n"+line) {
			t.Errorf("there is no line %q", line)
		}
	}
}
