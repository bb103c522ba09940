//go:build !cgo && (freebsd || netbsd || openbsd)

// Package view shows a replay in a window; on this system Ebiten needs a C compiler
// for that, and the program was built without one.
package view

import (
	"context"
	"errors"

	"raftian/game/desk"
	"raftian/game/glyph"
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

// Show says that there is no viewer.
func Show(context.Context, *desk.Desk, *glyph.Book, Options) error { return ErrNoDisplay }
