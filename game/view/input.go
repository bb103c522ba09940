//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"unicode"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"

	"raftian/game/desk"
	"raftian/game/scene"
)

// inputTarget receives input: a desk, or the board of a live game.
type inputTarget interface {
	Press(desk.Key)
	Typing() bool // characters are for Type
	Type(rune)
	Point(x, y float32)
	Leave()
	Down()
	Up()
	Wheel(x, y float64)
	Over() scene.Action
}

// input passes input to a target. Keys with a character are identified by it,
// independent of the keyboard layout.
type input struct {
	runes []rune
	shape ebiten.CursorShapeType
}

// keyName returns the name of a key without a character.
func keyName(key ebiten.Key) string {
	switch key {
	case ebiten.KeyArrowLeft:
		return "left"
	case ebiten.KeyArrowRight:
		return "right"
	case ebiten.KeyHome:
		return "home"
	case ebiten.KeyEnd:
		return "end"
	case ebiten.KeyEnter, ebiten.KeyNumpadEnter:
		return "enter"
	case ebiten.KeyEscape:
		return "esc"
	case ebiten.KeyBackspace:
		return "backspace"
	case ebiten.KeyTab:
		return "tab"
	case ebiten.KeyF2:
		return "f2"
	case ebiten.KeyF3:
		return "f3"
	}
	return ""
}

func (in *input) read(d inputTarget, w, h int) {
	in.keys(d)
	in.mouse(d, w, h)
}

func (in *input) keys(d inputTarget) {
	shift := ebiten.IsKeyPressed(ebiten.KeyShift)
	for _, key := range inpututil.AppendJustPressedKeys(nil) {
		if name := keyName(key); name != "" {
			d.Press(desk.Key{Name: name, Shift: shift})
		}
		if key == ebiten.KeyF11 {
			ebiten.SetFullscreen(!ebiten.IsFullscreen())
		}
	}
	for _, key := range []ebiten.Key{ebiten.KeyArrowLeft, ebiten.KeyArrowRight, ebiten.KeyBackspace} {
		if held := inpututil.KeyPressDuration(key); held > 24 && held%2 == 0 {
			d.Press(desk.Key{Name: keyName(key), Shift: shift})
		}
	}
	in.runes = ebiten.AppendInputChars(in.runes[:0])
	for _, r := range in.runes {
		switch {
		case d.Typing():
			d.Type(r)
		case r == ' ':
			d.Press(desk.Key{Name: "space"})
		default:
			d.Press(desk.Key{Name: string(unicode.ToLower(r)), Shift: unicode.IsUpper(r)})
		}
	}
}

func (in *input) mouse(d inputTarget, w, h int) {
	x, y := ebiten.CursorPosition()
	if x < 0 || y < 0 || x >= w || y >= h {
		d.Leave()
	} else {
		d.Point(float32(x), float32(y))
	}
	if inpututil.IsMouseButtonJustPressed(ebiten.MouseButtonLeft) {
		d.Down()
	}
	if inpututil.IsMouseButtonJustReleased(ebiten.MouseButtonLeft) {
		d.Up()
	}
	if wx, wy := ebiten.Wheel(); wx != 0 || wy != 0 {
		d.Wheel(wx, wy)
	}
	shape := ebiten.CursorShapeDefault
	switch d.Over() {
	case scene.Nothing:
	case scene.Scrub:
		shape = ebiten.CursorShapeCrosshair
	case scene.Pan, scene.Slide:
		shape = ebiten.CursorShapeEWResize
	default:
		shape = ebiten.CursorShapePointer
	}
	if shape != in.shape {
		in.shape = shape
		ebiten.SetCursorShape(shape)
	}
}
