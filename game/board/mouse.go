package board

import (
	"raftian/game/desk"
	"raftian/game/scene"
)

// Point says where the mouse is, in pixels of the scene.
func (b *Board) Point(x, y float32) { b.View.X, b.View.Y, b.View.Hover = x, y, true }

// Leave says that the mouse is nowhere.
func (b *Board) Leave() { b.View.Hover = false }

// Over is what the mouse points at; Nothing if at nothing.
func (b *Board) Over() scene.Action {
	if h := b.scene.At(b.View.X, b.View.Y); h != nil && b.View.Hover {
		return h.Target.Action
	}
	return scene.Nothing
}

// Down says that the mouse's button went down where it points.
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

// Up says that it went up. Where it went down counts, if it is still there.
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

// Wheel turns the mouse's wheel, which does nothing.
func (b *Board) Wheel(_, _ float64) {}

// pick is a click on a city: one's own aims, and then another's is attacked; without
// aiming, its node is chosen.
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
