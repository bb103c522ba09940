package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// The words of a trigger in text, after its machine and its kind of event.
const (
	wordWhen = "when" // before it
	wordThen = "then" // after it
	wordOf   = "of"
	wordTo   = "to"
	wordAs   = "as"
	wordNth  = "nth"
	wordWait = "wait"
)

func triggerWords() []string {
	return []string{wordOf, wordTo, wordAs, wordNth, wordWait}
}

// roles are what a machine can be when an event counts.
func roles() []string { return []string{"follower", "candidate", "leader"} }

// reserved reports whether a name means someone in faults, so that no machine
// can have it.
func reserved(name string) bool {
	return slices.Contains([]string{Leader, Others, Followers, It, Peer, Any}, name)
}

// String says what the trigger waits for in the plan's words: "n2 fsync of
// raft/log nth 3".
func (t Trigger) String() string {
	w := []string{t.Who, t.What}
	add := func(word, value string) { w = append(w, word, value) }
	if t.Text != "" {
		add(wordOf, t.Text)
	}
	if t.Peer != "" {
		add(wordTo, t.Peer)
	}
	if t.As != "" {
		add(wordAs, t.As)
	}
	if t.Nth != 1 {
		add(wordNth, strconv.Itoa(t.Nth))
	}
	if t.Wait != 0 {
		add(wordWait, duration(t.Wait))
	}
	return strings.Join(w, " ")
}

// parse reads what stands between "when" and "then".
func (t *Trigger) parse(w *words) error {
	t.Who, t.What, t.Nth = w.next(), w.next(), 1
	return w.pairs("the event after when", wordThen, triggerWords(), t.setParam)
}

func (t *Trigger) setParam(name, value string) (err error) {
	switch name {
	case wordOf:
		t.Text = value
	case wordTo:
		t.Peer = value
	case wordAs:
		t.As = value
	case wordNth:
		t.Nth, err = strconv.Atoi(value)
		if err != nil {
			err = fmt.Errorf("%.40q is no number from 1 to %d", value, nthMax)
		}
	case wordWait:
		t.Wait, err = parseDuration(value)
	}
	return err
}

// badTrigger says what is wrong with a trigger; "" if nothing, or if there is
// none.
func (p *Plan) badTrigger(t Trigger) string {
	machine := func(name string) bool { return slices.Contains(p.Machines, name) }
	switch {
	case t.IsZero():
		return ""
	case t.Who != Leader && t.Who != Any && !machine(t.Who):
		return fmt.Sprintf("%s; or write %s or %s", p.unknownMachine(t.Who), Leader, Any)
	case badName(t.What) != "":
		return fmt.Sprintf("%.40q is no kind of event; write one such as fsync, vote or role", t.What)
	case len(t.Text) > prefixMax:
		return fmt.Sprintf("an event's text of %d bytes; give its beginning in at most %d", len(t.Text), prefixMax)
	case strings.ContainsAny(t.Text, blanks):
		return fmt.Sprintf("text %.40q has a blank; give the event's text up to the blank", t.Text)
	case badText(t.Text) != "":
		return badText(t.Text)
	case t.Peer != "" && !machine(t.Peer):
		return p.unknownMachine(t.Peer)
	case t.As != "" && !slices.Contains(roles(), t.As):
		return fmt.Sprintf("unknown role %.40q; choose from %s", t.As, strings.Join(roles(), ", "))
	case t.Nth < 1 || t.Nth > nthMax:
		return fmt.Sprintf("event %d; count from 1, to at most %d", t.Nth, nthMax)
	case t.Wait < 0 || t.Wait > lengthMax:
		return badDuration(t.Wait)
	}
	return ""
}
