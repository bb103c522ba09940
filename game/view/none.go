//go:build !cgo && (freebsd || netbsd || openbsd)

// Package view shows a replay in a window. On this system Ebiten needs a C compiler,
// and the program was built without one.
package view

import (
	"context"
	"errors"

	"raftian/game/board"
	"raftian/game/desk"
	"raftian/game/glyph"
	"raftian/game/live"
	"raftian/game/replay"
	"raftian/netsim/plan"
)

// ErrNoDisplay is returned if a window cannot be opened.
var ErrNoDisplay = errors.New("this program was built without the viewer; build it with CGO_ENABLED=1")

// Options describe the window of a replay.
type Options struct {
	Title string
	Run   func(context.Context, plan.Plan) (*replay.Run, string, error)
	Save  func(file string, number int) (string, error)
}

// HasDisplay returns an ErrNoDisplay if no window can be opened.
func HasDisplay() error { return ErrNoDisplay }

// Show returns ErrNoDisplay.
func Show(context.Context, *desk.Desk, *glyph.Book, Options) error { return ErrNoDisplay }

// Source is a live game.
type Source interface {
	Snapshot() *live.Snapshot
	Lost() string
	Do(line string)
}

// LiveOptions describe the window of a live game.
type LiveOptions struct {
	Title  string
	Mute   bool
	Silent func(why string)
}

// ShowLive returns ErrNoDisplay.
func ShowLive(context.Context, *board.Board, *glyph.Book, Source, LiveOptions) error {
	return ErrNoDisplay
}
