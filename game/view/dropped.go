//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"fmt"
	"io/fs"
	"strings"

	"github.com/hajimehoshi/ebiten/v2"

	"raftian/game/desk"
	"raftian/game/replay"
	"raftian/netsim/trace"
)

// readResult is a dropped run file that was read, or the error.
type readResult struct {
	name string
	run  *replay.Run
	err  error
}

// startReading starts to read the first run file that was dropped on the window.
func (g *game) startReading() {
	files := ebiten.DroppedFiles()
	if files == nil || g.reading != nil {
		return
	}
	name := ""
	_ = fs.WalkDir(files, ".", func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && (name == "" || strings.HasSuffix(path, ".run") && !strings.HasSuffix(name, ".run")) {
			name = path
		}
		return nil
	})
	if name == "" {
		return
	}
	g.desk.Say("reading " + name)
	reading := make(chan readResult, 1)
	g.reading = reading
	go func() {
		run, err := open(files, name)
		reading <- readResult{name, run, err}
	}()
}

func open(files fs.FS, name string) (*replay.Run, error) {
	f, err := files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	from, err := trace.NewReader(f)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	return replay.Read(from, nil)
}

// finishReading shows a run that has been read.
func (g *game) finishReading() {
	if g.reading == nil {
		return
	}
	select {
	case o := <-g.reading:
		g.reading = nil
		if o.err != nil {
			g.desk.Say(fmt.Sprintf("%s: %v", o.name, o.err))
			return
		}
		v := &g.desk.View
		d := desk.Open(o.run, g.renderer.atlas.book, v.W, v.H)
		d.Resize(v.W, v.H, v.PixelRatio)
		if g.options.Run != nil {
			d.Allow()
		}
		g.setDesk(d)
		ebiten.SetWindowTitle("raftian replay " + o.name)
	default:
	}
}
