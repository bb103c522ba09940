package export

import (
	"fmt"
	"io"

	"raftian/linearizability"
)

// Porcupine writes the operations as the page that Porcupine draws, with a row
// for each client, and beside them the Notes of the record. See
// linearizability.Visualize.
func Porcupine(w io.Writer, m linearizability.Model, r *Record) error {
	return linearizability.Visualize(w, m, r.Ops, r.Notes(), linearizability.Search{})
}

// Notes are the marks as Porcupine's page shows them: the faults, who led when,
// who was down, and the events that verdicts rest on.
func (r *Record) Notes() []linearizability.Note {
	notes := make([]linearizability.Note, 0, len(r.Marks))
	for _, mark := range r.Marks {
		notes = append(notes, note(mark))
	}
	return notes
}

// note is a mark in a picture. Rows are in the order of their names, below those
// of the clients.
func note(m Mark) linearizability.Note {
	n := linearizability.Note{From: m.From, To: m.To, Text: m.Text,
		Details: fmt.Sprintf("event %d, from %v to %v", m.Event, m.From, m.To)}
	switch m.Sort {
	case Fault:
		n.Row, n.Colour = fmt.Sprintf("fault %2d", m.Number), "#f5c242"
	case Leads:
		n.Row, n.Colour = m.Machine, "#8ecae6"
	case Down:
		n.Row, n.Colour = m.Machine, "#999999"
	case Healed:
		n.Row, n.Text, n.Colour = "faults over", "heal", "#b7e4c7"
	case Cited:
		n.Row, n.Text, n.Details = "evidence", fmt.Sprintf("event %d", m.Event), m.Text
		n.Colour = "#ff6b6b"
	}
	return n
}
