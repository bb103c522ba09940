package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Event is a kind of event that a fault may wait for. Which there are depends on the
// World and on what runs in it (netsim.Events).
type Event struct {
	Kind string `json:"kind"`
	// Peer says that one may name a peer.
	Peer bool `json:"peer,omitempty"`
	// Text says what the texts are that one may have.
	Text Texts `json:"text,omitempty"`
	// Texts are all there are, if Text is TextListed.
	Texts []string `json:"texts,omitempty"`
	// World says that one is about no machine.
	World bool `json:"world,omitempty"`
}

// Texts are what an event's text may be.
type Texts string

const (
	TextAny    Texts = ""       // anything
	TextNone   Texts = "none"   // it has none
	TextFile   Texts = "file"   // the name of a file or a directory, from the disk's root
	TextListed Texts = "listed" // one of a list, perhaps with more after a blank
)

// CheckEvents reports the first fault that waits for an event that cannot come about, in
// one line that says which fault it is, from 1: of a kind that none of the events has, or
// with a text, a peer or a machine that this kind does not have.
func (p Plan) CheckEvents(events []Event) error {
	for i := range p.Faults {
		if t := p.Faults[i].When; !t.IsZero() {
			if text := t.impossible(events); text != "" {
				return fmt.Errorf("fault %d: %s", i+1, text)
			}
		}
	}
	return nil
}

// impossible says why no event sets the trigger off; "" if one may.
func (t Trigger) impossible(events []Event) string {
	k := slices.IndexFunc(events, func(e Event) bool { return e.Kind == t.What })
	if k < 0 {
		var names []string
		for _, e := range events {
			names = append(names, e.Kind)
		}
		return fmt.Sprintf("nothing here reports an event %.40q; %s", t.What, suggest(t.What, names))
	}
	e := events[k]
	switch {
	case e.World && t.Who != Any:
		return fmt.Sprintf("%s is about no machine; write \"when %s %s\"", e.Kind, Any, e.Kind)
	case e.World && t.As != "":
		return fmt.Sprintf("%s is about no machine, and none has a role then; leave out %q", e.Kind, wordAs+" "+t.As)
	case t.Peer != "" && !e.Peer:
		return fmt.Sprintf("%s names no peer; leave out %q", e.Kind, wordTo+" "+t.Peer)
	case t.Text == "":
		return ""
	}
	switch e.Text {
	case TextNone:
		return fmt.Sprintf("%s has no text; leave out %.60q", e.Kind, wordOf+" "+t.Text)
	case TextFile:
		if strings.HasPrefix(t.Text, "/") || strings.Contains("/"+t.Text+"/", "/../") ||
			strings.Contains(t.Text, "//") || strings.HasPrefix(t.Text, "./") {
			return fmt.Sprintf("no file is called %.40q; name it from the disk's root on, as raft/log", t.Text)
		}
	case TextListed:
		if !slices.ContainsFunc(e.Texts, func(s string) bool { return strings.HasPrefix(s, t.Text) }) {
			return fmt.Sprintf("no %s is of %.40q; %s", e.Kind, t.Text, suggest(t.Text, e.Texts))
		}
	}
	return ""
}

// suggest names the word that is nearest to one that is unknown, or all there are.
func suggest(word string, known []string) string {
	if best := Nearest(word, known); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return "choose from " + strings.Join(known, ", ")
}

// Nearest is the known word that one that is mistyped was most likely meant to be, the
// first of several; "" if none is near.
func Nearest(word string, known []string) string {
	best, least := "", max(1, len(word)/3)+1
	for _, k := range known {
		if d := distance(word, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance is the least number of bytes that are inserted, removed, replaced or swapped
// with the next to make one word of another (optimal string alignment).
func distance(a, b string) int {
	before, last := []int(nil), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			swap := 1
			if a[i] == b[j] {
				swap = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+swap)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
