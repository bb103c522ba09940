//go:build !cgo && (freebsd || netbsd || openbsd)

// Package view shows a replay in a window; on this system Ebiten needs a C compiler
// for that, and the program was built without one.
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

// ErrNoDisplay says that a window cannot be opened here.
var ErrNoDisplay = errors.New("this program was built without the viewer; build it with CGO_ENABLED=1")

// Options are how to show a replay.
type Options struct {
	Title string
	Run   func(context.Context, plan.Plan) (*replay.Run, string, error)
	Save  func(file string, number int) (string, error)
}

// HasDisplay says that there is no viewer.
func HasDisplay() error { return ErrNoDisplay }

// Show says that there is no viewer.
func Show(context.Context, *desk.Desk, *glyph.Book, Options) error { return ErrNoDisplay }

// Source is a game that is being played.
type Source interface {
	Snapshot() *live.Snapshot
	Lost() string
	Do(line string)
}

// LiveOptions are how to show a live game.
type LiveOptions struct {
	Title  string
	Mute   bool
	Silent func(why string)
}

// ShowLive says that there is no viewer.
func ShowLive(context.Context, *board.Board, *glyph.Book, Source, LiveOptions) error {
	return ErrNoDisplay
}
