package view

import (
	"image"
	"syscall"
	"testing"
	"time"

	"github.com/hajimehoshi/ebiten/v2"
)

func cpu() time.Duration {
	var r syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &r)
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

func TestZZ2(t *testing.T) {
	needDisplay(t)
	screen, kept := ebiten.NewImage(1280, 720), ebiten.NewImage(1280, 720)
	mk := func(body string) *ebiten.Shader {
		s, err := ebiten.NewShader([]byte("//kage:unit pixels\npackage main\nfunc Fragment(dst vec4, src vec2, color vec4) vec4 { " + body + " }\n"))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tex, con, col := mk("return imageSrc0UnsafeAt(src)"), mk("return vec4(1)"), mk("return imageSrc0UnsafeAt(src)*color")
	one := make([]byte, 4)
	sync := func() { screen.SubImage(image.Rect(0, 0, 1, 1)).(*ebiten.Image).ReadPixels(one) }
	rect := func(s *ebiten.Shader) func() {
		return func() {
			o := &ebiten.DrawRectShaderOptions{Blend: ebiten.BlendCopy}
			o.Images[0] = kept
			screen.DrawRectShader(1280, 720, s, o)
		}
	}
	tri := func(s *ebiten.Shader, n int) func() {
		return func() {
			var v []ebiten.Vertex
			var ix []uint32
			for i := 0; i < n; i++ {
				x0, x1 := float32(1280*i/n), float32(1280*(i+1)/n)
				k := uint32(len(v))
				for _, p := range [][2]float32{{x0, 0}, {x1, 0}, {x0, 720}, {x1, 720}} {
					v = append(v, ebiten.Vertex{DstX: p[0], DstY: p[1], SrcX: p[0], SrcY: p[1], ColorR: 1, ColorG: 1, ColorB: 1, ColorA: 1})
				}
				ix = append(ix, k, k+1, k+2, k+1, k+3, k+2)
			}
			if s == nil {
				screen.DrawTriangles32(v, ix, kept, &ebiten.DrawTrianglesOptions{Blend: ebiten.BlendCopy})
				return
			}
			o := &ebiten.DrawTrianglesShaderOptions{Blend: ebiten.BlendCopy}
			o.Images[0] = kept
			screen.DrawTrianglesShader32(v, ix, s, o)
		}
	}
	for _, c := range []struct {
		name string
		f    func()
	}{
		{"sync", func() { screen.SubImage(image.Rect(0, 0, 1, 1)).(*ebiten.Image).Fill(image.White) }},
		{"copy", func() { screen.DrawImage(kept, &ebiten.DrawImageOptions{Blend: ebiten.BlendCopy}) }},
		{"tex", rect(tex)}, {"const", rect(con)}, {"color", rect(col)}, {"tri", tri(nil, 1)}, {"tri tex", tri(tex, 1)}, {"tri tex 20", tri(tex, 20)},
		{"tri 20", tri(nil, 20)},
	} {
		c.f()
		sync()
		c0, t0 := cpu(), time.Now()
		const n = 60
		for range n {
			c.f()
			sync()
		}
		t.Logf("%-10s cpu %6.2f ms, wall %6.2f ms", c.name, float64(cpu()-c0)/n/1e6, float64(time.Since(t0))/n/1e6)
	}
}
