package scene

import "math"

// Layout is the positions of the panels.
type Layout struct {
	Title, Cluster, Logs, Inspector, Timeline, Minimap, Transport Box
	Body, Small                                                   uint8 // font sizes in pixels
}

// NewLayout lays out a scene of a size in pixels, with pixelRatio pixels per pixel of
// an ordinary screen.
func NewLayout(w, h int, dense float64) Layout {
	w, h = max(w, WidthMin), max(h, HeightMin)
	dense = max(dense, 1)
	unit := dense * math.Sqrt(max(1, min(float64(w)/WidthMin, float64(h)/720)/dense))
	l := Layout{Body: uint8(math.Round(12 * unit)), Small: uint8(math.Round(10.6 * unit))}
	const gap = 6
	width, line := float32(w)-2*gap, float32(l.Body)
	l.Title = Box{gap, 0, width, roundf(line * 2.9)}
	transport := roundf(line * 2.7)
	l.Transport = Box{gap, float32(h) - transport, width, transport}
	minimap := roundf(line * 3)
	l.Minimap = Box{gap, l.Transport.Y - minimap, width, minimap}
	rest := l.Minimap.Y - l.Title.Bottom() - 2*gap
	top := roundf(rest * 0.565)
	y := l.Title.Bottom()
	cluster := roundf((width - 2*gap) * 0.295)
	inspector := roundf((width - 2*gap) * 0.295)
	logs := width - 2*gap - cluster - inspector
	l.Cluster = Box{gap, y, cluster, top}
	l.Logs = Box{l.Cluster.Right() + gap, y, logs, top}
	l.Inspector = Box{l.Logs.Right() + gap, y, inspector, top}
	l.Timeline = Box{gap, y + top + gap, width, rest - top}
	return l
}

func roundf(x float32) float32 { return float32(math.Round(float64(x))) }
