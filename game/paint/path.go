package paint

import (
	"math"

	"raftian/game/scene"
)

type point struct{ x, y float32 }

// outline calls fill with the closed paths of an item, once per dash. The second of two
// paths is a hole in the first.
func outline(it *scene.Item, fill func([][]point)) {
	switch it.Shape {
	case scene.Rect:
		x2, y2 := it.X+it.X2, it.Y+it.Y2
		fill([][]point{{{it.X, it.Y}, {x2, it.Y}, {x2, y2}, {it.X, y2}}})
	case scene.Triangle:
		fill([][]point{{{it.X, it.Y}, {it.X2, it.Y2}, {it.X3, it.Y3}}})
	case scene.Disc:
		fill([][]point{circle(it.X, it.Y, it.X3, 0, 1)})
	case scene.Line:
		dashes(it, float32(math.Hypot(float64(it.X2-it.X), float64(it.Y2-it.Y))), func(from, to float32) {
			fill([][]point{stroke(it, from, to)})
		})
	case scene.Ring:
		around := 2 * math.Pi * it.X3
		if it.Dash == 0 && it.X2 == 0 && it.Y2 == 1 {
			hole := circle(it.X, it.Y, it.X3-it.Width/2, 1, 0)
			fill([][]point{circle(it.X, it.Y, it.X3+it.Width/2, 0, 1), hole})
			return
		}
		dashes(it, around*(it.Y2-it.X2), func(from, to float32) {
			f, t := it.X2+from*(it.Y2-it.X2), it.X2+to*(it.Y2-it.X2)
			fill([][]point{append(circle(it.X, it.Y, it.X3+it.Width/2, f, t), circle(it.X, it.Y, it.X3-it.Width/2, t, f)...)})
		})
	}
}

// dashes calls draw with each visible part of a stroke, as fractions of its length.
func dashes(it *scene.Item, length float32, draw func(from, to float32)) {
	if it.Dash == 0 || length <= 0 {
		draw(0, 1)
		return
	}
	dash := float32(it.Dash)
	for at := float32(0); at < length; at += 2 * dash {
		draw(at/length, min(at+dash, length)/length)
	}
}

// stroke returns the outline of a part of a line.
func stroke(it *scene.Item, from, to float32) []point {
	dx, dy := it.X2-it.X, it.Y2-it.Y
	length := float32(math.Hypot(float64(dx), float64(dy)))
	if length == 0 {
		return nil
	}
	nx, ny := -dy/length*it.Width/2, dx/length*it.Width/2
	x1, y1, x2, y2 := it.X+dx*from, it.Y+dy*from, it.X+dx*to, it.Y+dy*to
	return []point{{x1 + nx, y1 + ny}, {x2 + nx, y2 + ny}, {x2 - nx, y2 - ny}, {x1 - nx, y1 - ny}}
}

// circle returns an arc, in turns clockwise from the top.
func circle(x, y, r, from, to float32) []point {
	n := int(math.Ceil(math.Abs(float64(to-from)) * (12 + 4*math.Sqrt(float64(max(r, 0)))*2)))
	n = max(n, 1)
	points := make([]point, 0, n+1)
	for i := range n + 1 {
		turn := float64(from+(to-from)*float32(i)/float32(n)) * 2 * math.Pi
		points = append(points, point{x + r*float32(math.Sin(turn)), y - r*float32(math.Cos(turn))})
	}
	return points
}
