// Package stacks reads what the Go runtime writes of goroutines: runtime.Stack, and the
// dump of a program that panics or is sent SIGQUIT. It knows programs that were built
// with -trimpath, whose files are named by their packages.
package stacks

import (
	"regexp"
	"strconv"
	"strings"
)

// Label is the profiler's label that says to which incarnation of a machine a goroutine
// belongs. With GODEBUG=tracebacklabels=1 dumps have it.
const Label = "incarnation"

// Goroutine is one of a dump.
type Goroutine struct {
	ID          uint64
	State       string  // such as "running" or "chan receive (durable)"
	Incarnation string  // value of its Label, such as "n1/2"; "" if the dump does not tell
	Frames      []Frame // the innermost first
	Creator     Frame   // where it was started
	Parent      uint64  // the goroutine that started it; 0 if the dump does not tell
	Text        string  // as it stands in the dump
}

// Frame is a call on a stack.
type Frame struct {
	Function string // with its package's path
	Place    string // FILE:LINE
}

// Parse returns the goroutines in a text, in its order.
func Parse(text string) []Goroutine {
	header := regexp.MustCompile(`^goroutine (\d+)(?: gp=\S+ m=\S+(?: mp=\S+)?)? \[([^\],]*)(.*):$`)
	label := regexp.MustCompile(`"?` + Label + `"?: "?([^"},]+)`)
	var all []Goroutine
	var g *Goroutine
	lines := strings.Split(text, "\n")
	for k := 0; k < len(lines); k++ {
		line := lines[k]
		if m := header.FindStringSubmatch(line); m != nil {
			id, _ := strconv.ParseUint(m[1], 10, 64)
			all = append(all, Goroutine{ID: id, State: m[2], Text: line + "\n"})
			g = &all[len(all)-1]
			if l := label.FindStringSubmatch(m[3]); l != nil {
				g.Incarnation = l[1]
			}
			continue
		}
		if g == nil || line == "" {
			g = nil
			continue
		}
		g.Text += line + "\n"
		if k+1 == len(lines) || !strings.HasPrefix(lines[k+1], "\t") {
			continue
		}
		k++
		g.Text += lines[k] + "\n"
		g.add(line, lines[k])
	}
	return all
}

// add reads the two lines of a frame.
func (g *Goroutine) add(call, place string) {
	place, _, _ = strings.Cut(strings.TrimSpace(place), " ")
	if by, ok := strings.CutPrefix(call, "created by "); ok {
		by, parent, _ := strings.Cut(by, " in goroutine ")
		g.Parent, _ = strconv.ParseUint(parent, 10, 64)
		g.Creator = Frame{by, place}
		return
	}
	if args := strings.LastIndexByte(call, '('); args > 0 {
		call = call[:args]
	}
	g.Frames = append(g.Frames, Frame{call, place})
}

// Durable reports whether the goroutine waits for what only others of its bubble, or its
// time, can bring about.
func (g *Goroutine) Durable() bool { return strings.HasSuffix(g.State, "(durable)") }

// Find is the innermost frame whose function is wanted.
func (g *Goroutine) Find(wanted func(function string) bool) (Frame, bool) {
	for _, f := range g.Frames {
		if wanted(f.Function) {
			return f, true
		}
	}
	return Frame{}, false
}
