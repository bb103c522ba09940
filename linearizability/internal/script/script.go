// Package script reads traces that people write by hand, for the tests of the
// judges.
//
// A line is one event: the second it happened, the machine (with "/2" for its
// second incarnation; "-" for the World), the kind, the fields that the kind
// uses, and its text, which is everything from the first word that is no field:
//
//	0.2  n1    role term=4 leader
//	0.3  n2/2  append index=7 term=4 hash=a command
//	5    -     heal
//
// Hashes are numbers in base 36, so that they can be words. Empty lines and
// lines that begin with "#" are left out; events are numbered from 1.
package script

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"raftian/netsim/env"
	"raftian/netsim/trace"
)

// Parse reads a trace. An error names the line.
func Parse(text string) ([]trace.Event, error) {
	var events []trace.Event
	for i, line := range strings.Split(text, "\n") {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		e, err := parseEvent(words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		e.N = uint64(len(events) + 1)
		events = append(events, e)
	}
	return events, nil
}

func parseEvent(words []string) (e trace.Event, err error) {
	if len(words) < 3 {
		return e, fmt.Errorf("an event is a time, a machine and a kind")
	}
	at, err := time.ParseDuration(words[0] + "s")
	if err != nil {
		return e, fmt.Errorf("%q is no time in seconds", words[0])
	}
	e.At = env.Instant(at)
	if err := place(&e, words[1]); err != nil {
		return e, err
	}
	e.Kind = words[2]
	words = words[3:]
	for len(words) > 0 {
		isField, err := field(&e, words[0])
		if err != nil {
			return e, err
		}
		if !isField {
			break
		}
		words = words[1:]
	}
	e.Text = strings.Join(words, " ")
	return e, nil
}

// place reads "n1", "n1/2" or "-".
func place(e *trace.Event, word string) (err error) {
	if word == "-" {
		return nil
	}
	name, boot, several := strings.Cut(word, "/")
	e.Machine, e.Boot = name, 1
	if several {
		if e.Boot, err = strconv.ParseUint(boot, 10, 64); err != nil {
			return fmt.Errorf("%q is no incarnation", word)
		}
	}
	return nil
}

// field reads "key=value" and says whether word was one.
func field(e *trace.Event, word string) (isField bool, err error) {
	key, value, found := strings.Cut(word, "=")
	if !found {
		return false, nil
	}
	base := 10
	var to *uint64
	switch key {
	case "peer":
		e.Peer = value
		return true, nil
	case "client":
		e.Client = value
		return true, nil
	case "took":
		if e.Took, err = time.ParseDuration(value); err != nil {
			return true, fmt.Errorf("%q is no duration", word)
		}
		return true, nil
	case "seq":
		to = &e.Seq
	case "term":
		to = &e.Term
	case "index":
		to = &e.Index
	case "count":
		to = &e.Count
	case "hash":
		to, base = &e.Hash, 36
	case "state":
		to, base = &e.State, 36
	default:
		return false, nil
	}
	if *to, err = strconv.ParseUint(value, base, 64); err != nil {
		return true, fmt.Errorf("%q is no number", word)
	}
	return true, nil
}
