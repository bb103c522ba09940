//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"unicode"

	"github.com/hajimehoshi/ebiten/v2"
	"github.com/hajimehoshi/ebiten/v2/inpututil"

	"raftian/game/desk"
	"raftian/game/scene"
)

// input tells a desk what is pressed. Keys with a character on them are known by the
// character, whatever the keyboard's layout.
type input struct {
	runes []rune
	shape ebiten.CursorShapeType
}

// special is the name of a key without a character.
func special(key ebiten.Key) string {
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
	}
	return ""
}

func (in *input) read(d *desk.Desk) {
	in.keys(d)
	in.mouse(d)
}

func (in *input) keys(d *desk.Desk) {
	shift := ebiten.IsKeyPressed(ebiten.KeyShift)
	for _, key := range inpututil.AppendJustPressedKeys(nil) {
		if name := special(key); name != "" {
			d.Press(desk.Key{Name: name, Shift: shift})
		}
		if key == ebiten.KeyF11 {
			ebiten.SetFullscreen(!ebiten.IsFullscreen())
		}
	}
	for _, key := range []ebiten.Key{ebiten.KeyArrowLeft, ebiten.KeyArrowRight, ebiten.KeyBackspace} {
		if held := inpututil.KeyPressDuration(key); held > 24 && held%2 == 0 {
			d.Press(desk.Key{Name: special(key), Shift: shift})
		}
	}
	in.runes = ebiten.AppendInputChars(in.runes[:0])
	for _, r := range in.runes {
		switch {
		case d.View.Searching:
			d.Type(r)
		case r == ' ':
			d.Press(desk.Key{Name: "space"})
		default:
			d.Press(desk.Key{Name: string(unicode.ToLower(r)), Shift: unicode.IsUpper(r)})
		}
	}
}

func (in *input) mouse(d *desk.Desk) {
	x, y := ebiten.CursorPosition()
	if x < 0 || y < 0 || x >= d.View.W || y >= d.View.H {
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
