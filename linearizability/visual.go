package linearizability

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"

	"raftian/linearizability/history"
	"raftian/netsim/env"
)

// Note is something beside the operations that a picture shows, such as a fault.
type Note struct {
	Row      string // it stands in the row of that name
	From, To env.Instant
	Text     string // shown
	Details  string // shown when pointed at
	Colour   string // of the box, as in CSS; "" is Porcupine's own
}

// shownCalls is how many calls before a wrong answer a picture shows.
const shownCalls = 20

// Visualize writes the picture of a History that Porcupine draws, a web page: a
// row for each client with its calls, and the moments at which they can be
// thought to take effect, in the order of the log where that is one that explains
// every answer. Calls that failed, or had no answer and never took effect, stand
// there as notes.
//
// Of a History that has no such order it shows the first answer that none
// explains, shownCalls calls before it, and an order of these; earlier ones have
// gone into the state from which the picture begins. If no order is found within
// the budget, it shows the calls alone.
//
// Porcupine orders by time alone. Events of one instant are drawn a nanosecond
// apart, in their order.
func Visualize(w io.Writer, m Model, ops []history.Op, notes []Note, s Search) error {
	if err := possible(ops); err != nil {
		return err
	}
	if s.Budget <= 0 {
		s.Budget = BudgetDefault
	}
	p := newPicture(ops)
	parts := [][]history.Op{ops}
	if m.Partition != nil {
		parts = m.Partition(ops)
	}
	for _, part := range parts {
		p.parts = append(p.parts, newDrawing(m, calls(part), s))
	}
	p.cut()
	_, info := porcupine.CheckOperationsVerbose(p.model(m), p.operations(), 0)
	info.AddAnnotations(p.annotations(notes))
	return porcupine.Visualize(p.model(m), info, w)
}

// picture is a History as Porcupine is to draw it. Porcupine is led along orders
// that are known: a search in the History as clients saw it could go on for ever.
type picture struct {
	ops      []history.Op
	rows     map[string]int // by client
	parts    []*drawing
	from, to env.Instant // what is shown
	extra    []string    // the clients of the rows after those of rows
	drawn    map[callID]bool
}

// callID names a call.
type callID struct {
	client string
	seq    uint64
}

func newPicture(ops []history.Op) *picture {
	p := &picture{ops: ops, rows: map[string]int{}, drawn: map[callID]bool{}}
	var clients []string
	for i := range ops {
		clients = append(clients, ops[i].Client)
		p.to = max(p.to, ops[i].Call, ops[i].Return, ops[i].Applied)
	}
	slices.Sort(clients)
	for i, c := range slices.Compact(clients) {
		p.rows[c] = i
	}
	return p
}

// drawing is one part of a picture.
type drawing struct {
	order   []call // explains every answer up to the culprit's, or is empty
	culprit *call  // nil if there is none
	other   []call // answered calls in no order
	start   any    // the state before the order
	early   bool   // the order has calls without an answer take effect by when machines say so
}

// newDrawing looks for an order of the calls, as Check does.
func newDrawing(m Model, all []call, s Search) *drawing {
	d := &drawing{start: m.Init()}
	d.explain(m, all, s)
	placed := map[*history.Op]bool{}
	for _, c := range d.order {
		placed[c.op] = true
	}
	for _, c := range all {
		if !c.isOpen() && !placed[c.op] && (d.culprit == nil || d.culprit.op != c.op) {
			d.other = append(d.other, c)
		}
	}
	if d.culprit == nil {
		return d
	}
	for len(d.order) > shownCalls {
		d.start, _ = m.Step(d.start, d.order[0].op.Input)
		d.order = d.order[1:]
	}
	return d
}

// explain looks for an order that explains every answer, or every one before that
// of the culprit. It finds none if the search is given up.
func (d *drawing) explain(m Model, all []call, s Search) {
	tight := tighten(all)
	if d.early = true; witness(m, tight) == nil {
		d.order = slices.Clone(tight)
		slices.SortStableFunc(d.order, compareIndex)
		return
	}
	var f found
	if f, d.order = searchOrder(m, tight, s.Budget); f != illegal {
		return
	}
	d.early = false
	before := until(all, unexplained(m, tight, s.Budget).to)
	for _, h := range [][]call{before, all} {
		if search(m, h, s.Budget) == illegal {
			c := unexplained(m, h, s.Budget)
			d.culprit, d.order = &c, orderWithout(m, h, c, s.Budget)
			return
		}
	}
	_, d.order = searchOrder(m, all, s.Budget)
}

// orderWithout is an order of the calls until the culprit was answered.
func orderWithout(m Model, all []call, culprit call, budget int) []call {
	_, order := searchOrder(m, unanswered(all, culprit), budget)
	return slices.DeleteFunc(order, func(c call) bool { return c.op == culprit.op })
}

// cut leaves of a picture with culprits what is about them.
func (p *picture) cut() {
	found := false
	for _, d := range p.parts {
		if d.culprit == nil {
			continue
		}
		from, to := d.culprit.op.Call, d.culprit.op.Return
		for _, c := range d.order {
			from = min(from, c.op.Call)
		}
		if !found {
			p.from, p.to, found = from, to, true
		}
		p.from, p.to = min(p.from, from), max(p.to, to)
	}
	if !found {
		return
	}
	p.parts = slices.DeleteFunc(p.parts, func(d *drawing) bool { return d.culprit == nil })
	for _, d := range p.parts {
		d.other = nil
	}
}

// shows says whether something from one instant to another is in the picture.
func (p *picture) shows(from, to env.Instant) bool {
	return from <= p.to && max(from, to) >= p.from
}

// stroke is a call to be drawn.
type stroke struct {
	*call
	part  *drawing
	place int // in the order; -1 is none
}

// along is how far Porcupine has come along an order.
type along struct {
	part  *drawing
	place int
	state any
}

// model has Porcupine put the calls in the order they have.
func (p *picture) model(m Model) porcupine.Model {
	return porcupine.Model{
		Partition: p.partition,
		Init:      func() any { return along{} },
		Equal:     func(a, b any) bool { return a.(along).place == b.(along).place },
		Step: func(at, input, _ any) (bool, any) {
			from, s := at.(along), input.(stroke)
			if from.part == nil {
				from = along{part: s.part, state: s.part.start}
			}
			if s.place != from.place {
				return false, at
			}
			from.state, _ = m.Step(from.state, s.op.Input)
			from.place++
			return true, from
		},
		DescribeOperation: func(input, _ any) string {
			op := input.(stroke).op
			if op.Outcome == history.OK && !op.OutputUnknown {
				return op.Input + " → " + brief(op.Output)
			}
			return op.Input + " → ?"
		},
		DescribeState: func(state any) string {
			if s := state.(along).state; m.Describe != nil && s != nil {
				return m.Describe(s)
			}
			return ""
		},
		DescribeOperationMetadata: func(info any) string { return fmt.Sprint(info) },
	}
}

// partition puts apart what Porcupine is to draw apart.
func (p *picture) partition(all []porcupine.Operation) (parts [][]porcupine.Operation) {
	for _, d := range p.parts {
		var of []porcupine.Operation
		for _, o := range all {
			if o.Input.(stroke).part == d {
				of = append(of, o)
			}
		}
		if len(of) > 0 {
			parts = append(parts, of)
		}
	}
	return parts
}

// operations are the calls to be drawn: those that an order holds, the culprits,
// and those that were answered. One without an answer that took effect after its
// client had given it up gets a row of its own.
func (p *picture) operations() []porcupine.Operation {
	var all []stroke
	for _, d := range p.parts {
		for i := range d.order {
			all = append(all, stroke{call: &d.order[i], part: d, place: i})
		}
		if d.culprit != nil {
			all = append(all, stroke{call: d.culprit, part: d, place: -1})
		}
		for i := range d.other {
			all = append(all, stroke{call: &d.other[i], part: d, place: -1})
		}
	}
	at := p.times(all)
	ops := make([]porcupine.Operation, len(all))
	for i, s := range all {
		p.drawn[callID{s.op.Client, s.op.Seq}] = true
		from, to := p.ends(s)
		ops[i] = porcupine.Operation{ClientId: p.row(s), Input: s, Call: at[from], Return: at[to],
			Metadata: fmt.Sprintf("%s of %s, called at %v: %s", operationName(s.op), s.op.Client, s.op.Call, s.op.Output)}
	}
	return ops
}

// ends are the moments from which and to which a call is drawn.
func (p *picture) ends(s stroke) (from, to moment) {
	from = moment{s.op.Call, s.op.CallEvent}
	switch {
	case s.op.Outcome == history.OK:
		return from, moment{s.op.Return, s.op.ReturnEvent}
	case s.part.early && s.op.AppliedEvent != 0:
		to = moment{s.op.Applied, s.op.AppliedEvent}
		if given := (moment{s.op.Return, s.op.ReturnEvent}); to.before(given) {
			to = given
		}
		return from, to
	}
	return from, moment{p.to.Add(1), 0}
}

// row is where a call is drawn.
func (p *picture) row(s stroke) int {
	if _, to := p.ends(s); to == (moment{s.op.Return, s.op.ReturnEvent}) {
		return p.rows[s.op.Client]
	}
	row := len(p.rows) + len(p.extra)
	p.extra = append(p.extra, s.op.Client)
	return row
}

// times are the moments as times, which differ if the moments do.
func (p *picture) times(all []stroke) map[moment]int64 {
	var ends []moment
	for _, s := range all {
		from, to := p.ends(s)
		ends = append(ends, from, to)
	}
	slices.SortFunc(ends, moment.compare)
	at := make(map[moment]int64, len(ends))
	last := int64(-1)
	for _, e := range slices.Compact(ends) {
		last = max(last+1, int64(e.at))
		at[e] = last
	}
	return at
}

// annotations are the names of the rows, the calls that are not drawn, and what
// notes are in the picture. operations must have been asked for.
func (p *picture) annotations(notes []Note) (all []porcupine.Annotation) {
	names := slices.SortedFunc(maps.Keys(p.rows), func(a, b string) int { return p.rows[a] - p.rows[b] })
	for row, client := range append(names, p.extra...) {
		details := "calls of client " + client
		if row >= len(p.rows) {
			details = "a call of client " + client + " that had no answer"
		}
		all = append(all, porcupine.Annotation{ClientId: row, Start: int64(p.from) - 1, Description: client,
			Details: details, BackgroundColor: "#ffffff"})
	}
	for i := range p.ops {
		op := &p.ops[i]
		if op.Outcome == history.OK || p.drawn[callID{op.Client, op.Seq}] || !p.shows(op.Call, op.Return) {
			continue
		}
		all = append(all, porcupine.Annotation{ClientId: p.rows[op.Client], Start: int64(op.Call), End: int64(min(op.Return, p.to)),
			Description: op.Input + ": " + op.Outcome.String(), Details: operationName(op) + ": " + op.Output, BackgroundColor: "#dddddd"})
	}
	for _, n := range notes {
		if p.shows(n.From, n.To) {
			all = append(all, porcupine.Annotation{Tag: n.Row, Start: int64(max(n.From, p.from)), End: int64(min(n.To, p.to)),
				Description: n.Text, Details: n.Details, BackgroundColor: n.Colour})
		}
	}
	return all
}

// brief is a text, or the beginning of a long one.
func brief(text string) string {
	const enough = 36
	if runes := []rune(text); len(runes) > enough {
		return string(runes[:enough]) + "…"
	}
	return text
}

// operationName says which operation it is, by its events if it has any.
func operationName(op *history.Op) string {
	name := fmt.Sprintf("operation %d", op.Seq)
	if op.CallEvent != 0 {
		name += fmt.Sprintf(", events %d to %d", op.CallEvent, op.ReturnEvent)
	}
	if op.Index != 0 {
		name += fmt.Sprintf(", log index %d", op.Index)
	}
	return name
}
