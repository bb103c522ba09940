package netsim

import (
	"bufio"
	"context"
	"maps"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"

	"raftian/netsim/env"
	"raftian/netsim/stacks"
	"raftian/netsim/trace"
)

// ofStopping are the kinds that are reported of programs that were asked to end.
func ofStopping(kind string) bool {
	return kind == trace.KindExit || kind == trace.KindHung || kind == trace.KindEnd
}

// AskToStop asks every program that runs to end. Machines that are off stay off.
func (w *World) AskToStop() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.emit(&trace.Event{Note: env.Note{Kind: trace.KindStop}})
	w.stopped, w.stoppedAt = true, w.now()
	for _, m := range w.machines {
		if m.inc != nil {
			close(m.inc.stopping)
		}
	}
}

// Stopped reports whether every program has ended.
func (w *World) Stopped() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return !slices.ContainsFunc(w.machines, func(m *Machine) bool { return m.inc != nil })
}

// reportHung reports each program that has not ended, and what it is in the midst
// of.
func (w *World) reportHung() {
	if !w.stopped || w.Stopped() {
		return
	}
	places := placesByLabel(strangers())
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range w.machines {
		if m.inc != nil {
			m.inc.emit(env.Note{Kind: trace.KindHung, Took: w.now().Sub(w.stoppedAt),
				Text: strings.Join(places[m.inc.lifeName()], ", ")})
		}
	}
}

// label marks this goroutine and those that it starts as the incarnation's.
func (i *incarnation) label() {
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(stacks.Label, i.lifeName())))
}

// lifeName is the incarnation's name, such as "n1/2".
func (i *incarnation) lifeName() string { return i.name + "/" + strconv.FormatUint(i.boot, 10) }

// strangers returns what tells the functions of programs and of their libraries
// from those of Go and of the World.
func strangers() func(function string) bool {
	var own string
	if info, ok := debug.ReadBuildInfo(); ok {
		own = info.Main.Path
	}
	return func(function string) bool {
		if strings.HasPrefix(function, worldPath) {
			return false
		}
		host, _, isPath := strings.Cut(function, "/")
		return isPath && strings.Contains(host, ".") || strings.HasPrefix(function, "main.") ||
			own != "" && (strings.HasPrefix(function, own+"/") || strings.HasPrefix(function, own+"."))
	}
}

// worldPath begins the names of all functions of this package and those below it.
const worldPath = "raftian/netsim"

// placesByLabel returns for each incarnation in which functions its goroutines are:
// of each the innermost that is a stranger to the World.
func placesByLabel(stranger func(string) bool) map[string][]string {
	var text strings.Builder
	if err := pprof.Lookup("goroutine").WriteTo(&text, 1); err != nil {
		return nil
	}
	found := map[string]map[string]bool{}
	var whose string
	var placed bool
	lines := bufio.NewScanner(strings.NewReader(text.String()))
	for lines.Scan() {
		line := lines.Text()
		labels, isLabels := strings.CutPrefix(line, "# labels: ")
		switch name := functionIn(line); {
		case line == "":
			whose, placed = "", false
		case isLabels:
			whose = labelIn(labels)
		case whose != "" && !placed && stranger(name):
			placed = true
			if found[whose] == nil {
				found[whose] = map[string]bool{}
			}
			found[whose][name[strings.LastIndexByte(name, '/')+1:]] = true
		}
	}
	places := make(map[string][]string, len(found))
	for name, set := range found { //raftian:unordered each is sorted by itself
		places[name] = slices.Sorted(maps.Keys(set))
	}
	return places
}

// labelIn returns the value of our label in a line such as {"incarnation":"n1/2"}.
func labelIn(labels string) string {
	_, rest, _ := strings.Cut(labels, `"`+stacks.Label+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// functionIn returns the function that a line of a stack names, or "". Such a line
// is "#", the address, the function with its offset, and its place in the source,
// with tabs between them.
func functionIn(line string) string {
	fields := strings.Split(line, "\t")
	if len(fields) < 4 || fields[0] != "#" {
		return ""
	}
	name, _, _ := strings.Cut(fields[2], "+")
	return name
}
