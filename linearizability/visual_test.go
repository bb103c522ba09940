package linearizability

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"raftian/linearizability/history"
	"raftian/linearizability/internal/script"
	"raftian/netsim/env"
)

// page is what Porcupine's page shows.
type page struct {
	Partitions []struct {
		History []struct {
			ClientID                                          int `json:"ClientId"`
			Description, Metadata, OriginalStart, OriginalEnd string
		}
		PartialLinearizations [][]struct {
			Index            int
			StateDescription string
		}
	}
	Annotations []struct {
		Tag, Description, Details string
	}
}

// draw has a picture drawn and reads it back from the page.
func draw(t *testing.T, m Model, ops []history.Op, notes ...Note) page {
	t.Helper()
	var out bytes.Buffer
	if err := Visualize(&out, m, ops, notes, Search{}); err != nil {
		t.Fatal(err)
	}
	data := regexp.MustCompile(`const data = (\{.*\})`).FindSubmatch(out.Bytes())
	if data == nil {
		t.Fatal("the page holds no data")
	}
	var p page
	if err := json.Unmarshal(data[1], &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func opsOf(t *testing.T, text string) []history.Op {
	t.Helper()
	events, err := script.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	r := history.NewRecorder()
	for i := range events {
		r.Event(&events[i])
	}
	return r.Ops()
}

// order is the longest order in a picture, in words.
func (p page) order() (words []string) {
	for _, part := range p.Partitions {
		longest := 0
		for i, l := range part.PartialLinearizations {
			if len(l) > len(part.PartialLinearizations[longest]) {
				longest = i
			}
		}
		if len(part.PartialLinearizations) == 0 {
			continue
		}
		for _, s := range part.PartialLinearizations[longest] {
			words = append(words, part.History[s.Index].Description+" ("+s.StateDescription+")")
		}
	}
	return words
}

func TestAPictureShowsTheOrderOfTheLog(t *testing.T) {
	p := draw(t, register, opsOf(t, `
		0.1 n1 invoke client=c1 seq=1 set a
		0.1 n2 invoke client=c2 seq=1 set b
		0.2 n1 apply client=c2 seq=1 index=2
		0.2 n1 apply client=c1 seq=1 index=3
		0.3 n2 return client=c2 seq=1 index=2 ok
		0.3 n1 return client=c1 seq=1 index=3 ok b
		0.4 n1 invoke client=c1 seq=2 set c
		0.5 n1 return client=c1 seq=2 unknown timeout
		0.6 n1 apply client=c1 seq=2 index=4
		0.7 n1 invoke client=c1 seq=3 get
		0.8 n1 return client=c1 seq=3 fail no leader
		0.9 n1 invoke client=c1 seq=4 get
		1   n1 return client=c1 seq=4 ok c`),
		Note{Row: "fault 1", From: 2e8, To: 3e8, Text: "power n1"})
	want := `set b →  ("b"); set a → b ("a"); set c → ? ("c"); get → c ("c")`
	if got := strings.Join(p.order(), "; "); got != want {
		t.Errorf("the order is %s, want %s", got, want)
	}
	var notes []string
	for _, a := range p.Annotations {
		notes = append(notes, a.Description)
	}
	if got := strings.Join(notes, "; "); got != "c1; c2; c1; get: fail; power n1" {
		t.Errorf("the notes are %s", got)
	}
}

// Earlier calls have gone into the state that the picture begins with.
func TestAPictureOfAWrongAnswerShowsWhatLedToIt(t *testing.T) {
	var ops []history.Op
	put := func(client, input, output string) {
		at := env.Instant(len(ops)+1) * env.Instant(time.Second)
		ops = append(ops, history.Op{Client: client, Seq: uint64(len(ops) + 1), Input: input, Output: output,
			Outcome: history.OK, Call: at, Return: at + 1})
	}
	last := ""
	for i := range 100 {
		next := fmt.Sprint("v", i)
		put("c1", "set "+next, last)
		last = next
	}
	put("c2", "get", "v7")
	put("c2", "get", "v99")
	p := draw(t, register, ops, Note{Row: "early", From: 1, To: 2}, Note{Row: "late", From: 99e9, To: 200e9})
	shown := p.Partitions[0].History
	if len(shown) != shownCalls+1 || shown[len(shown)-1].Description != "get → v7" {
		t.Fatalf("%d calls are shown: %v", len(shown), shown)
	}
	if got := p.order(); len(got) != shownCalls || got[0] != `set v80 → v79 ("v80")` || got[len(got)-1] != `set v99 → v98 ("v99")` {
		t.Errorf("the order is %v", got)
	}
	for _, a := range p.Annotations {
		if a.Tag == "early" {
			t.Errorf("a note from long before is shown")
		}
	}
}

// A search among these would go on for ever.
func TestAPictureOfManyUnansweredCallsIsDrawnAtOnce(t *testing.T) {
	var ops []history.Op
	for i := range 300 {
		at := env.Instant(i+1) * 10
		ops = append(ops, history.Op{Client: fmt.Sprint("c", i), Seq: 1, Input: fmt.Sprint("set ", i), Call: at, CallEvent: uint64(3*i + 1),
			Index: uint64(i + 1), Applied: 1e6 + at, AppliedEvent: uint64(3*i + 2)})
	}
	if got := draw(t, register, ops).order(); len(got) != 300 {
		t.Errorf("%d of 300 calls have a place", len(got))
	}
}
