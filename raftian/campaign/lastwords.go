package campaign

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"raftian/netsim/stacks"
	"raftian/netsim/trace"
)

// saidFirst keeps what is written first.
type saidFirst struct{ bytes.Buffer }

// saidMax is how many bytes that is: more than the dump of some thousand goroutines.
const saidMax = 4 << 20

func (b *saidFirst) Write(p []byte) (int, error) {
	b.Buffer.Write(p[:min(len(p), saidMax-b.Len())])
	return len(p), nil
}

const (
	// wordsMax is how many bytes of what a program said are kept.
	wordsMax = 16 << 10
	// printedMost is how many of the last lines that were printed are shown of a program
	// that ended without a word.
	printedMost = 10
)

// lastWords says how a program died: its panic, or why it was stopped and what it was
// doing, or what was printed last.
func lastWords(stderr string, exit, cause error, printed []trace.Line) string {
	words := strings.TrimSpace(stderr)
	switch {
	case errors.Is(cause, errStuck):
		words = cause.Error() + stuckIn(stacks.Parse(words))
	case words != "":
	case exit == nil:
		return "the program ended before the run did"
	case len(printed) > 0:
		words = exit.Error() + "; before that, programs printed"
		for _, line := range printed[max(0, len(printed)-printedMost):] {
			words += fmt.Sprintf("\n%s/%d %s: %s", line.Machine, line.Boot, line.Stream, line.Words())
		}
	default:
		return exit.Error()
	}
	if len(words) > wordsMax {
		words = strings.ToValidUTF8(words[:wordsMax], "") + "\n…"
	}
	return words
}

// stuckIn says which goroutine a stuck program waits for, as far as a dump tells, and
// then shows all, those first that may have it wait.
func stuckIn(all []stacks.Goroutine) string {
	if len(all) == 0 {
		return ""
	}
	slices.SortStableFunc(all, func(a, b stacks.Goroutine) int { return cmp.Compare(suspicion(a), suspicion(b)) })
	words := ""
	if first := all[0]; suspicion(first) < innocent {
		does := map[bool]string{true: "computes", false: "waits for something outside (" + first.State + ")"}[first.State == "running"]
		words = "; "
		if machine, boot, ok := strings.Cut(first.Incarnation, "/"); ok {
			words += fmt.Sprintf("on %s (incarnation %s) ", machine, boot)
		}
		words += "a goroutine " + does
		if f, ok := first.Find(notOfGo); ok {
			words += fmt.Sprintf(" in %s at %s", f.Function, f.Place)
		}
	}
	for _, g := range all {
		words += "\n\n" + strings.TrimSuffix(g.Text, "\n")
	}
	return words
}

// innocent is the suspicion of goroutines that cannot be why virtual time does not pass.
const innocent = 3

// suspicion orders goroutines by how likely a World waits for them.
func suspicion(g stacks.Goroutine) int {
	switch {
	case g.Durable() || g.Incarnation == "" && g.State != "running":
		return innocent
	case g.State == "running":
		return 0
	case g.State == "runnable":
		return 2
	}
	return 1
}

// notOfGo reports whether a function is of a module, as far as its name tells: those of
// Go's own packages have no dot before the first slash, and those of main have none at all.
func notOfGo(function string) bool {
	host, _, isPath := strings.Cut(function, "/")
	return isPath && strings.Contains(host, ".") || strings.HasPrefix(function, "main.")
}
