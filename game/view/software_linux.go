package view

import (
	"io"
	"log"
	"os"
	"strings"

	"github.com/ebitengine/purego"
	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

// inSoftware says whether an X server on this machine leaves drawing to the processor:
// it can draw with OpenGL, and knows none of the ways to a graphics processor, which are
// DRI2 and DRI3, and NV-GLX of NVIDIA's own driver. Of another machine's display, and
// when in doubt, it says no.
func rendersInSoftware(display string) bool {
	if !strings.HasPrefix(display, ":") {
		return false
	}
	xgb.Logger = log.New(io.Discard, "", 0)
	c, err := xgb.NewConnDisplay(display)
	if err != nil {
		return false
	}
	defer c.Close()
	has := func(extension string) bool {
		r, err := xproto.QueryExtension(c, uint16(len(extension)), extension).Reply()
		return err != nil || r.Present
	}
	return has("GLX") && !has("DRI3") && !has("DRI2") && !has("NV-GLX")
}

// preferGLX has Ebiten draw by desktop OpenGL and GLX, if it opens its window before the
// function that is returned is called. Ebiten prefers OpenGL ES, which it takes to come
// by EGL only unless there is glxinfo to ask; and there Mesa sends each frame to the X
// server through a socket, where by GLX it is in memory that both share. The way to tell
// Ebiten is to say that it runs under Steam, whose overlay needs the same.
func preferGLX() (restore func()) {
	const key = "SteamEnv"
	if _, set := os.LookupEnv(key); set || !loads("libGL.so", "libGL.so.1") || os.Setenv(key, "1") != nil {
		return func() {}
	}
	return func() { _ = os.Unsetenv(key) }
}

// loads says whether one of the libraries is there.
func loads(names ...string) bool {
	for _, name := range names {
		if _, err := purego.Dlopen(name, purego.RTLD_LAZY|purego.RTLD_GLOBAL); err == nil {
			return true
		}
	}
	return false
}
