package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"

	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
	"raftian/raftian/api/v1/apiv1connect"
)

// startThree starts three nodes and waits until each knows a leader.
func startThree(t testing.TB) []*Server {
	t.Helper()
	var list []*Server
	for _, o := range threeNodes(t) {
		list = append(list, start(t, o))
	}
	eventually(t, "everyone knows who leads", func() bool {
		for _, s := range list {
			if s.View().Leader == "" {
				return false
			}
		}
		return true
	})
	return list
}

func TestEveryNodeAnswersEveryCall(t *testing.T) {
	t.Parallel()
	nodes := startThree(t)
	for k, s := range nodes {
		p := clientOf(fmt.Sprintf("p%d", k), s)
		effect := do(t, p, fmt.Sprintf("n%d attack n3", 1+k%2))
		if want := fmt.Sprintf("hit n3 %d", 90-10*k); effect.GetOutput() != want || effect.GetNode() != s.ID() ||
			effect.GetOutcome() != apiv1.Outcome_OUTCOME_DONE || effect.GetTerm() == 0 || effect.GetIndex() == 0 {
			t.Errorf("at %s an attack came to %v; want %q", s.ID(), effect, want)
		}
		if effect := do(t, p, "n9 attack n3"); effect.GetOutcome() != apiv1.Outcome_OUTCOME_REJECTED {
			t.Errorf("at %s nonsense came to %v", s.ID(), effect)
		}
		for _, kind := range []apiv1.Read{apiv1.Read_READ_UNSPECIFIED, apiv1.Read_READ_LOG, apiv1.Read_READ_VERIFIED, apiv1.Read_READ_LEASE, apiv1.Read_READ_LOCAL} {
			answer := look(t, p, kind)
			holds := func() bool {
				c := answer.GetCities()
				return len(c) == 3 && c[2].GetHealth() == int32(90-10*k) && answer.GetTerm() != 0
			}
			if kind == apiv1.Read_READ_LOCAL { // it may lag behind
				eventually(t, s.ID()+"'s own state has it", func() bool {
					answer = look(t, p, kind)
					return holds()
				})
			}
			if !holds() {
				t.Errorf("at %s a look of kind %v gives %v", s.ID(), kind, answer)
			}
		}
		v, err := p.Cluster(t.Context())
		if err != nil || v.GetNode() != s.ID() || len(v.GetMembers()) != 3 || v.GetVersion() != api.Version || v.GetLeader() == "" {
			t.Errorf("%s sees the cluster as %v, %v", s.ID(), v, err)
		}
	}
}

// A command takes effect once, however often and at whichever node it is sent.
func TestRepeatedCommandTakesEffectOnce(t *testing.T) {
	t.Parallel()
	nodes := startThree(t)
	var first *apiv1.Effect
	var all sync.WaitGroup
	var mu sync.Mutex
	for k := range 12 {
		all.Go(func() {
			r, err := clientOf("", nodes[k%3]).Players().Attack(t.Context(), &apiv1.AttackRequest{Attacker: "n1", Target: "n2",
				Command: &apiv1.Command{Client: "p", Sequence: 7}})
			mu.Lock()
			defer mu.Unlock()
			switch e := r.GetEffect(); {
			case err != nil:
				t.Error(err)
			case first == nil:
				first = e
			case e.GetIndex() != first.GetIndex() || e.GetTerm() != first.GetTerm() || e.GetOutput() != first.GetOutput():
				t.Errorf("one was answered %v and one %v", first, e)
			}
		})
	}
	all.Wait()
	p := clientOf("q", nodes[0])
	if c := look(t, p, apiv1.Read_READ_VERIFIED).GetCities()[1]; c.GetHealth() != 90 {
		t.Errorf("n2 has %v", c)
	}
	// A command with a lower sequence number is superseded and has no effect.
	late, err := p.Players().Attack(t.Context(), &apiv1.AttackRequest{Attacker: "n1", Target: "n2", Command: &apiv1.Command{Client: "p", Sequence: 6}})
	if err != nil || late.GetEffect().GetOutcome() != apiv1.Outcome_OUTCOME_SUPERSEDED {
		t.Errorf("an older command is answered %v, %v", late, err)
	}
	if c := look(t, p, apiv1.Read_READ_VERIFIED).GetCities()[1]; c.GetHealth() != 90 {
		t.Errorf("after it n2 has %v", c)
	}
}

// A watcher sees each command with the frame of the game loop that applied it.
func TestWatchReportsStagesOfCommand(t *testing.T) {
	t.Parallel()
	nodes := startThree(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var streams []*connect.ServerStreamForClient[apiv1.WatchResponse]
	for _, s := range nodes {
		w, err := clientOf("", s).Players().Watch(ctx, &apiv1.WatchRequest{From: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if !w.Receive() || w.Msg().GetPosition() == nil {
			t.Fatalf("the first message is %v, %v", w.Msg(), w.Err())
		}
		streams = append(streams, w)
	}
	r, err := clientOf("", nodes[1]).Players().Attack(ctx, &apiv1.AttackRequest{Attacker: "n1", Target: "n2",
		Command: &apiv1.Command{Client: "p", Sequence: 3, WaitFrame: true}})
	if err != nil {
		t.Fatal(err)
	}
	e := r.GetEffect()
	if e.GetFrame() == 0 || e.GetCommittedAfter().AsDuration() <= 0 || e.GetTook().AsDuration() < e.GetCommittedAfter().AsDuration() {
		t.Errorf("the command came to %v", e)
	}
	for k, w := range streams {
		if !w.Receive() {
			t.Fatal(w.Err())
		}
		c := w.Msg().GetCommitted()
		if c.GetIndex() != e.GetIndex() || c.GetTerm() != e.GetTerm() || c.GetClient() != "p" || c.GetSequence() != 3 ||
			c.GetInput() != "n1 attack n2" || c.GetOutput() != "hit n2 90" || c.GetFrame() == 0 || time.Since(c.GetAt().AsTime()) > time.Minute {
			t.Errorf("at %s the watcher saw %v", nodes[k].ID(), c)
		}
		if nodes[k].ID() == e.GetNode() && c.GetFrame() != e.GetFrame() {
			t.Errorf("the answer says frame %d, the watcher saw frame %d", e.GetFrame(), c.GetFrame())
		}
	}
	// Frame numbers of two nodes are unrelated; indexes are the same.
	again, err := clientOf("", nodes[2]).Players().Watch(ctx, &apiv1.WatchRequest{From: e.GetIndex()})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !again.Receive() || !again.Receive() || again.Msg().GetCommitted().GetIndex() != e.GetIndex() {
		t.Errorf("from there on a watcher sees %v, %v", again.Msg(), again.Err())
	}
}

func TestWatchReportsCompaction(t *testing.T) {
	t.Parallel()
	o := singleNode(t)
	o.Settings = append(o.Settings, "keep=3")
	s := start(t, o)
	p := clientOf("p", s)
	var last uint64
	for range 10 {
		last = do(t, p, "n1 attack n1").GetIndex()
	}
	eventually(t, "the local log has it", func() bool { return s.View().Local == last })
	w, err := p.Players().Watch(t.Context(), &apiv1.WatchRequest{From: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for _, want := range []string{"position", "compacted", "committed", "committed", "committed"} {
		if !w.Receive() || !strings.HasPrefix(w.Msg().String(), want+":") {
			t.Fatalf("there came %v, %v; want %s", w.Msg(), w.Err(), want)
		}
		if c := w.Msg().GetCompacted(); c != nil && c.GetThrough() != last-3 {
			t.Errorf("compacted through %d; want %d", c.GetThrough(), last-3)
		}
	}
	if got := w.Msg().GetCommitted().GetIndex(); got != last {
		t.Errorf("the last is %d; want %d", got, last)
	}
}

func TestWatchEndsWithNode(t *testing.T) {
	t.Parallel()
	o := singleNode(t)
	s := start(t, o)
	w, err := clientOf("", s).Players().Watch(t.Context(), &apiv1.WatchRequest{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.Receive()
	began := time.Now()
	stop(t, s)
	for w.Receive() {
	}
	if w.Err() == nil || time.Since(began) > 3*time.Second {
		t.Errorf("after %v it ended with %v", time.Since(began), w.Err())
	}
}

// The service answers clients of Connect, gRPC and gRPC-Web.
func TestAllThreeProtocols(t *testing.T) {
	t.Parallel()
	s := start(t, singleNode(t))
	for name, options := range map[string][]connect.ClientOption{
		"connect":      nil,
		"connect json": {connect.WithProtoJSON()},
		"grpc":         {connect.WithGRPC()},
		"grpc-web":     {connect.WithGRPCWeb()},
		"http get":     {connect.WithHTTPGet()},
	} {
		p := apiv1connect.NewPlayersClient(api.PlainHTTP(), "http://"+s.API(), options...)
		r, err := p.Attack(t.Context(), &apiv1.AttackRequest{Attacker: "n1", Target: "n9"})
		if err != nil || r.GetEffect().GetOutput() != "rejected: n9 is not in the game" {
			t.Errorf("%s: an attack came to %v, %v", name, r, err)
		}
		if v, err := p.Cluster(t.Context(), &apiv1.ClusterRequest{}); err != nil || v.GetNode() != "n1" {
			t.Errorf("%s: the cluster is %v, %v", name, v, err)
		}
		if _, err := p.Attack(t.Context(), &apiv1.AttackRequest{Attacker: "N1"}); connect.CodeOf(err) != connect.CodeInvalidArgument {
			t.Errorf("%s: a bad name came to %v", name, err)
		}
		w, err := p.Watch(t.Context(), &apiv1.WatchRequest{From: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !w.Receive() || w.Msg().GetPosition() == nil || !w.Receive() || w.Msg().GetCommitted() == nil {
			t.Errorf("%s: the watcher saw %v, %v", name, w.Msg(), w.Err())
		}
		w.Close()
	}
}

// Bad requests over HTTP/1.1, as from curl and browsers, are answered with a code.
func TestInvalidRequestsReturnCode(t *testing.T) {
	t.Parallel()
	s := start(t, singleNode(t))
	eventually(t, "there is a leader", func() bool { return s.View().Leader != "" })
	long := strings.Repeat("x", 1<<20)
	for _, c := range []struct {
		path, form, body string
		status           int
		code             string
	}{
		{"Attack", "application/json", `{"attacker":"n1","target":"n2"}`, 200, ""},
		{"Attack", "application/json", ``, 400, "invalid_argument"},
		{"Attack", "application/json", `{`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":3}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"N2"}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2 attack n3"}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"p"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"sequence":"3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"operator","sequence":"3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"leader-n1","sequence":"3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"by n1 1","sequence":"3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"` + long[:65] + `","sequence":"3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"n1","target":"n2","command":{"client":"p","sequence":"-3"}}`, 400, "invalid_argument"},
		{"Attack", "application/json", `{"attacker":"` + long + `","target":"n2"}`, 429, "resource_exhausted"},
		{"Join", "application/json", `{}`, 400, "invalid_argument"},
		{"Leave", "application/json", `{"city":"-"}`, 400, "invalid_argument"},
		{"Status", "application/json", `{"read":99}`, 400, "invalid_argument"},
		{"Status", "application/json", `{"read":"READ_LOG","command":{"client":"p"}}`, 400, "invalid_argument"},
		{"Attack", "application/proto", "\xff\xff\xff\xff", 400, "invalid_argument"},
		{"Attack", "text/plain", `{"attacker":"n1","target":"n2"}`, 415, ""},
		{"Conquer", "application/json", `{}`, 404, ""},
		{"../../metrics", "application/json", `{}`, 405, ""},
	} {
		r, err := http.Post("http://"+s.API()+"/"+apiv1connect.PlayersName+"/"+c.path, c.form, strings.NewReader(c.body))
		if err != nil {
			t.Errorf("%s %.60q: %v", c.path, c.body, err)
			continue
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		var said struct{ Code, Message string }
		_ = json.Unmarshal(b, &said)
		if r.StatusCode != c.status || said.Code != c.code || c.code != "" && said.Message == "" {
			t.Errorf("%s %.60q is answered %d %s; want %d %s", c.path, c.body, r.StatusCode, b, c.status, c.code)
		}
	}
	if e := do(t, clientOf("q", s), "n1 attack n1"); e.GetIndex() == 0 {
		t.Errorf("after all that an attack comes to %v", e)
	}
}

// Without a majority, commands and verified reads fail within their timeout.
func TestCommandsFailInTimeWithoutMajority(t *testing.T) {
	t.Parallel()
	nodes := startThree(t)
	stop(t, nodes[1])
	stop(t, nodes[2])
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := clientOf("", nodes[0]).Players().Attack(ctx, &apiv1.AttackRequest{Attacker: "n1", Target: "n2"})
	if code := connect.CodeOf(err); code != connect.CodeUnavailable && code != connect.CodeDeadlineExceeded || time.Since(began) > 2*time.Second {
		t.Errorf("after %v it failed with %v", time.Since(began), err)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if answer, err := clientOf("q", nodes[0]).Look(ctx, 1, &apiv1.StatusRequest{Read: apiv1.Read_READ_VERIFIED}); err == nil {
		t.Errorf("a verified look was answered %v", answer)
	}
	if answer := look(t, clientOf("q", nodes[0]), apiv1.Read_READ_LOCAL); len(answer.GetCities()) != 3 {
		t.Errorf("a local look was answered %v", answer)
	}
}

// A client that never reached a node reports that its command had no effect.
func TestUnsentCommandHasNoEffect(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err = api.NewClient(api.ClientOptions{Name: "p", Nodes: []string{l.Addr().String()}}).Do(ctx, 1, "n1 attack n2")
	if e, is := err.(*api.Unanswered); !is || !e.WithoutEffect {
		t.Errorf("it failed with %v", err)
	}
}

// Connections with half a request do not block others.
func TestPartialRequestBlocksNoOther(t *testing.T) {
	t.Parallel()
	s := start(t, singleNode(t))
	for _, half := range []string{"", "P", "POST /raftian.v1.Players/Attack HTTP/1.1\r\nContent-", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x00raft", "\x16\x03\x01"} {
		for _, at := range []string{s.o.API, s.o.Raft} {
			c, err := net.Dial("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.Copy(c, bytes.NewReader([]byte(half))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if e := do(t, clientOf("p", s), "n1 attack n1"); e.GetIndex() == 0 {
		t.Errorf("an attack comes to %v", e)
	}
}
