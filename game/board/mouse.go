package board

import (
	"raftian/game/desk"
	"raftian/game/scene"
)

// Point sets the position of the mouse, in pixels of the scene.
func (b *Board) Point(x, y float32) { b.View.X, b.View.Y, b.View.Hover = x, y, true }

// Leave handles that the mouse leaves the window.
func (b *Board) Leave() { b.View.Hover = false }

// Over returns what the mouse points at; scene.Nothing if nothing.
func (b *Board) Over() scene.Action {
	if h := b.scene.At(b.View.X, b.View.Y); h != nil && b.View.Hover {
		return h.Target.Action
	}
	return scene.Nothing
}

// Down handles that the mouse button is pressed.
func (b *Board) Down() {
	if b.View.Help {
		b.View.Help = false
		return
	}
	b.pressed = nil
	if h := b.scene.At(b.View.X, b.View.Y); h != nil {
		held := *h
		b.pressed = &held
	}
}

// Up handles that the mouse button is released. It is a click if it happens where the
// button was pressed.
func (b *Board) Up() {
	h := b.pressed
	b.pressed = nil
	if h == nil || !h.Box.Holds(b.View.X, b.View.Y) {
		return
	}
	switch h.Target.Action {
	case scene.Press:
		b.View.Typing = b.View.Typing && h.Target.Key != "enter"
		b.Press(desk.Key{Name: h.Target.Key})
	case scene.Request:
		if h.Target.Key != "" {
			b.request(h.Target.Key)
		}
	case scene.Pick:
		b.pick(h.Target.Key)
	}
}

// Wheel ignores the mouse wheel.
func (b *Board) Wheel(_, _ float64) {}

// pick handles a click on a city. The player's own city starts aiming; then another one
// is attacked. Otherwise the city's node is chosen.
func (b *Board) pick(city string) {
	v := &b.View
	switch {
	case v.Aiming && city == v.Own:
		v.Aiming = false
	case v.Aiming:
		b.attack(city)
	case city == v.Own:
		v.Aiming, v.Chosen = true, city
	case v.Chosen == city:
		v.Chosen = ""
	default:
		v.Chosen = city
	}
}
