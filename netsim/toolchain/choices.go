package toolchain

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Choices are numbers of choices that the seed makes in a run: which of several runnable
// goroutines goes next, the order in which a select tries its cases, and the order of
// timers of one instant. They are numbered from 1 on in the order in which they come up,
// over all bubbles of a process. At a choice that is not among them the goroutine that
// has waited longest goes next, a select tries its cases as they are written, and timers
// fire in the order in which they were set: first in, first out.
//
// The zero Choices are all.
//
// Choices that hold are another kind of schedule, which no seed draws: it is first in,
// first out, but at each choice that is among them the goroutine that would go next is
// held back, and from then on goes only when no other can.
type Choices struct {
	some, hold bool
	list       string // ranges, ascending
}

// ChoicesUpTo are the first n.
func ChoicesUpTo(n uint64) Choices {
	return Choices{some: true, list: "1-" + strconv.FormatUint(n, 10)}
}

// TheseChoices are the numbers given, and no others.
func TheseChoices(numbers ...uint64) Choices {
	var b strings.Builder
	b.WriteString("0") // which is no choice's number
	numbers = slices.Clone(numbers)
	slices.Sort(numbers)
	for i := 0; i < len(numbers); {
		from, to := numbers[i], numbers[i]
		for i++; i < len(numbers) && numbers[i] <= to+1; i++ {
			to = numbers[i]
		}
		fmt.Fprintf(&b, ",%d", from)
		if to > from {
			fmt.Fprintf(&b, "-%d", to)
		}
	}
	return Choices{some: true, list: b.String()}
}

// Holding are those choices, so that they hold.
func (c Choices) Holding() Choices {
	c.hold = true
	return c
}

// holding begins the words of choices that hold.
const holding = "hold:"

// ParseChoices reads what Words writes, numbers in any order: "3,7-9", "hold:12", "none",
// "all".
func ParseChoices(text string) (Choices, error) {
	switch text {
	case "all":
		return Choices{}, nil
	case "none":
		return TheseChoices(), nil
	}
	if rest, ok := strings.CutPrefix(text, holding); ok {
		c, err := ParseChoices(rest)
		if err == nil && !c.some {
			err = fmt.Errorf("choices %q hold all goroutines back", text)
		}
		return c.Holding(), err
	}
	var numbers []uint64
	const most = 1 << 16
	for part := range strings.SplitSeq(text, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		from, err := strconv.ParseUint(first, 10, 64)
		to, err2 := strconv.ParseUint(last, 10, 64)
		if err != nil || err2 != nil || from == 0 || to < from || to-from >= most || len(numbers) > most {
			return Choices{}, fmt.Errorf("choices %q are not numbers such as 3,7-9, hold: and such numbers, none or all", text)
		}
		for n := from; n <= to; n++ {
			numbers = append(numbers, n)
		}
	}
	return TheseChoices(numbers...), nil
}

// String is the list as the runtime takes it.
func (c Choices) String() string {
	if !c.some {
		return "*"
	}
	if c.hold {
		return "h" + c.list
	}
	return c.list
}

// Words is the list as ParseChoices takes it.
func (c Choices) Words() string {
	switch {
	case !c.some:
		return "all"
	case c.list == "0":
		return "none"
	}
	words := strings.TrimPrefix(c.list, "0,")
	if c.hold {
		words = holding + words
	}
	return words
}

// fits is what an environment variable holds on every system, about.
const fits = 100_000

// TooLong reports whether a program cannot be told the list.
func (c Choices) TooLong() bool { return len(c.list) > fits }

// Kind is what is chosen.
type Kind string

// The kinds of choices.
const (
	KindGoroutine Kind = "goroutine" // which goroutine goes next
	KindHold      Kind = "hold"      // a goroutine that is held back
	KindSelect    Kind = "select"    // where a select tries a case, of those before it
	KindTimer     Kind = "timer"     // before or after other timers of its instant
)

// Choice is one that was obeyed, and came to something else than first in, first out.
type Choice struct {
	Kind   Kind
	Number uint64
	At     time.Duration // virtual time since the bubble began
	// Who is the goroutine that was chosen, that is held back, that selects, or that sets
	// a timer.
	Who Goroutine
	// Other is the goroutine that would have been chosen, first in, first out, or that
	// goes because Who is held back.
	Other Goroutine
}

// Goroutine is where one was at a choice.
type Goroutine struct {
	ID uint64
	// Started is the go statement and what called it, At is where it is; from the
	// innermost call outward, without package runtime.
	Started, At []Place
}

// Place is a line of code.
type Place struct {
	Function, File string
	Line           int
}

// bubbleBegins is the virtual time at which every bubble begins, as Unix time.
var bubbleBegins = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC).UnixNano()

// choiceMark begins a line that tells of a choice.
const choiceMark = "\x16raftian\x1f"

// ParseChoice reads what the runtime writes of a choice, a line without its end: fields
// that a byte 1f separates, and goroutines that a byte 1e begins; a byte 1d ends the places
// where one was started.
func ParseChoice(line string) (Choice, error) {
	rest, ok := strings.CutPrefix(line, choiceMark)
	parts := strings.Split(rest, "\x1e")
	head := strings.Split(parts[0], "\x1f")
	bad := fmt.Errorf("the runtime told of a choice in these words: %q", line)
	if !ok || len(head) != 3 || len(parts) < 2 || len(parts) > 3 {
		return Choice{}, bad
	}
	number, err := strconv.ParseUint(head[1], 10, 64)
	now, err2 := strconv.ParseInt(head[2], 10, 64)
	c := Choice{Kind: Kind(head[0]), Number: number, At: time.Duration(now - bubbleBegins)}
	if err != nil || err2 != nil || !parseGoroutine(parts[1], &c.Who) || len(parts) == 3 && !parseGoroutine(parts[2], &c.Other) {
		return Choice{}, bad
	}
	return c, nil
}

// parseGoroutine reads a goroutine.
func parseGoroutine(text string, g *Goroutine) bool {
	id, rest, _ := strings.Cut(text, "\x1f")
	started, at, _ := strings.Cut(rest, "\x1d")
	var err error
	g.ID, err = strconv.ParseUint(id, 10, 64)
	g.Started, g.At = parsePlaces(started), parsePlaces(strings.TrimPrefix(at, "\x1f"))
	return err == nil
}

// parsePlaces reads places up to the last whole one: the runtime cuts off long lists.
func parsePlaces(text string) (places []Place) {
	f := strings.Split(text, "\x1f")
	for i := 0; i+2 < len(f); i += 3 {
		line, err := strconv.Atoi(f[i+2])
		if err != nil {
			break
		}
		if p := (Place{f[i], f[i+1], line}); p.File != "" && !strings.HasPrefix(p.Function, "runtime.") {
			places = append(places, p)
		}
	}
	return places
}

// choiceWriter takes what tells of choices out of what a program writes.
type choiceWriter struct {
	rest    io.Writer
	line    []byte
	choices []Choice
}

// Write implements io.Writer.
func (w *choiceWriter) Write(b []byte) (int, error) {
	n := len(b)
	for len(b) > 0 {
		line, rest, whole := bytes.Cut(b, []byte("\n"))
		w.line, b = append(w.line, line...), rest
		if !whole {
			break
		}
		if at := bytes.Index(w.line, []byte(choiceMark)); at >= 0 {
			if c, err := ParseChoice(string(w.line[at:])); err == nil {
				w.choices = append(w.choices, c)
			}
			w.line = w.line[:at]
		} else {
			w.line = append(w.line, '\n')
		}
		if _, err := w.rest.Write(w.line); err != nil {
			return 0, err
		}
		w.line = w.line[:0]
	}
	return n, nil
}
