//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"raftian/game/desk"
	"raftian/game/replay"
)

// runResult is a run of a changed plan, or the error.
type runResult struct {
	from   *desk.Desk
	change desk.Change
	run    *replay.Run
	file   string
	err    error
}

// setDesk replaces the desk that is shown.
func (g *game) setDesk(d *desk.Desk) {
	g.desk, g.screen = d, nil
	g.renderer.invalidate()
}

// updateForks starts requested runs, adds finished ones to their desks, saves runs, and
// shows the current desk.
func (g *game) updateForks() {
	if g.making != nil {
		select {
		case m := <-g.making:
			g.making = nil
			if m.err != nil {
				g.desk.Say(m.err.Error())
			} else {
				m.from.Fork(m.change, m.run, m.file)
			}
		default:
		}
	} else if c, asked := g.desk.Asked(); asked {
		making, from := make(chan runResult, 1), g.desk
		g.making = making
		go func() {
			run, file, err := g.options.Run(g.ctx, c.Plan)
			making <- runResult{from, c, run, file, err}
		}()
	}
	if file, number, asked := g.desk.Saving(); asked {
		if name, err := g.options.Save(file, number); err != nil {
			g.desk.Say(err.Error())
		} else {
			g.desk.Saved(name)
		}
	}
	if now := g.desk.Now(); now != g.desk {
		v := &g.desk.View
		now.Resize(v.W, v.H, v.PixelRatio)
		g.setDesk(now)
	}
}
