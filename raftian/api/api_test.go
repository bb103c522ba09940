package api

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"

	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
)

// parseCities reads what rules.State prints.
func TestCitiesParsed(t *testing.T) {
	s, err := rules.New([]string{"n1", "n2", "n3"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"n1 attack n2", "del n3", "add n4"} {
		s, _ = rules.StepText(s, text)
	}
	check := func(state rules.State, text string) {
		t.Helper()
		cities, winner := parseCities(text)
		name, _ := state.Winner()
		if winner != name || len(cities) != len(state.Cities()) {
			t.Fatalf("of %q it reads %v, and that %q wins", text, cities, winner)
		}
		for k, c := range state.Cities() {
			if got := cities[k]; got.GetName() != c.Name || int(got.GetHealth()) != c.Health || got.GetScore() != c.Score {
				t.Errorf("of %q it reads %v", text, got)
			}
		}
	}
	check(s, s.String())
	for range 20 { // until a city has won
		for _, text := range []string{"n1 attack n2", "add n9", "n1 attack n4", "del n9"} {
			s, _ = rules.StepText(s, text)
		}
	}
	if _, won := s.Winner(); !won {
		t.Errorf("nobody has won: %v", s)
	}
	check(s, s.String())
	for text, want := range map[string]string{
		"n2 health 90 score 3":         `name:"n2" status:"playing" health:90 score:3`,
		"n2 health 90 score 3 resting": `name:"n2" status:"playing" health:90 score:3 resting:true`,
		"n2 destroyed score 3":         `name:"n2" status:"destroyed" score:3`,
	} {
		cities, _ := parseCities(text)
		if got := strings.Join(strings.Fields(fmt.Sprint(cities)), " "); got != "["+want+"]" {
			t.Errorf("of %q it reads %s; want %s", text, got, want)
		}
	}
	for _, text := range []string{"rejected: n9 is not in the game", "no cities", "", ", , ;", "N1 health 90 score 1", "n1 health x score 1"} {
		if cities, winner := parseCities(text); len(cities) > 0 || winner != "" {
			t.Errorf("of %q it reads %v and %q", text, cities, winner)
		}
	}
}

func TestCrossOriginRequestsNeedAllowedOrigin(t *testing.T) {
	h := origins{"https://play.example.org"}.guard(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "answer") }))
	for origin, may := range map[string]bool{
		"":                          true, // no browser
		"http://localhost:8000":     true,
		"http://127.0.0.1":          true,
		"https://[::1]:8443":        true,
		"https://play.example.org":  true,
		"https://example.org":       false,
		"https://localhost.evil.io": false,
		"null":                      false,
		"file://localhost":          false,
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Origin", origin)
		if origin == "" {
			r.Header.Del("Origin")
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Code == http.StatusOK && w.Body.String() == "answer"; got != may {
			t.Errorf("a page of %q is answered %d %q", origin, w.Code, w.Body)
		}
		if allowed := w.Header().Get("Access-Control-Allow-Origin"); may && allowed != origin {
			t.Errorf("a page of %q is told that %q may read the answer", origin, allowed)
		}
	}
	r := httptest.NewRequest(http.MethodOptions, "/", nil)
	r.Header.Set("Origin", "http://localhost:8000")
	r.Header.Set("Access-Control-Request-Method", http.MethodPost)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusNoContent || !strings.Contains(w.Header().Get("Access-Control-Allow-Headers"), "Connect-Protocol-Version") {
		t.Errorf("a preflight request is answered %d %v", w.Code, w.Header())
	}
}

// A failed call counts as without effect only if the node says so or was never reached.
func TestNoEffect(t *testing.T) {
	failure := func(code connect.Code, harmless bool) error {
		err := connect.NewError(code, errors.New("x"))
		d, e := connect.NewErrorDetail(&apiv1.Failure{WithoutEffect: harmless})
		if e != nil {
			t.Fatal(e)
		}
		err.AddDetail(d)
		return err
	}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"the node says so":             {failure(connect.CodeUnavailable, true), true},
		"the node says that it may":    {failure(connect.CodeDeadlineExceeded, false), false},
		"something between them":       {connect.NewError(connect.CodeUnavailable, errors.New("bad gateway")), false},
		"there were too many":          {connect.NewError(connect.CodeResourceExhausted, errors.New("x")), true},
		"no connection came about":     {connect.NewError(connect.CodeUnavailable, &net.OpError{Op: "dial", Err: errors.New("refused")}), true},
		"the connection broke":         {connect.NewError(connect.CodeUnavailable, &net.OpError{Op: "read", Err: errors.New("reset")}), false},
		"the time was over":            {connect.NewError(connect.CodeDeadlineExceeded, errors.New("x")), false},
		"something that is no verdict": {errors.New("EOF"), false},
	} {
		if got := withoutEffect(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// Names of the pool are reused, and their sequence numbers rise.
func TestUnnamedCommandsShareNames(t *testing.T) {
	var u namePool
	a, b := u.take("n1"), u.take("n1")
	if a.client == b.client {
		t.Errorf("two at once are both %q", a.client)
	}
	u.put(a)
	c := u.take("n1")
	if c.client != a.client || c.sequence <= a.sequence {
		t.Errorf("after %v came %v", a, c)
	}
}
