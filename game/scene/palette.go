package scene

import "raftian/game/replay"

// Color is a colour with non-premultiplied alpha.
type Color struct{ R, G, B, A uint8 }

// Fade scales the alpha by part, from 0 to 1.
func (c Color) Fade(part float32) Color {
	c.A = uint8(float32(c.A) * max(0, min(1, part)))
	return c
}

// mix interpolates between two colours; the result is opaque.
func mix(a, b Color, part float32) Color {
	m := func(x, y uint8) uint8 { return uint8(float32(x) + (float32(y)-float32(x))*part) }
	return Color{m(a.R, b.R), m(a.G, b.G), m(a.B, b.B), 255}
}

// A dark background with the colours of M. Okabe and K. Ito, "Color Universal Design"
// (2008), which are distinguishable for colour-blind viewers. Vermilion is reserved for
// violations. Nothing is signalled by colour alone.
var (
	ground = Color{0x0d, 0x10, 0x15, 255}
	panel  = Color{0x15, 0x19, 0x20, 255}
	raised = Color{0x1f, 0x25, 0x2e, 255}
	edge   = Color{0x2c, 0x34, 0x40, 255}
	faint  = Color{0x4a, 0x55, 0x64, 255}
	dim    = Color{0x8d, 0x99, 0xa9, 255}
	text   = Color{0xdc, 0xe2, 0xea, 255}
	white  = Color{0xff, 0xff, 0xff, 255}

	orange    = Color{0xe6, 0x9f, 0x00, 255}
	sky       = Color{0x56, 0xb4, 0xe9, 255}
	green     = Color{0x00, 0xb0, 0x82, 255} // a little lighter than #009e73, for the dark ground
	yellow    = Color{0xf0, 0xe4, 0x42, 255}
	blue      = Color{0x3d, 0x8f, 0xd6, 255} // lighter than #0072b2, likewise
	vermilion = Color{0xe8, 0x66, 0x14, 255} // lighter than #d55e00, likewise
	purple    = Color{0xcc, 0x79, 0xa7, 255}

	steel = Color{0x4d, 0x5f, 0x77, 255} // what is as it should be
)

// termColor returns the colour of a term. Colours repeat after six terms, so the number
// is always written as well.
func termColor(term uint64) Color {
	if term == 0 {
		return faint
	}
	return [...]Color{blue, sky, green, yellow, purple, orange}[(term-1)%6]
}

// onColor returns a dark or a light colour for text on a background.
func onColor(c Color) Color {
	if 299*int(c.R)+587*int(c.G)+114*int(c.B) > 120_000 {
		return ground
	}
	return white
}

// kindColor returns the colour of a kind of message.
func kindColor(k replay.MessageKind) Color {
	switch k {
	case replay.Append:
		return sky
	case replay.Vote:
		return yellow
	case replay.Snapshot:
		return purple
	case replay.Timeout:
		return orange
	}
	return dim
}
