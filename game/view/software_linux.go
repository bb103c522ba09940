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

// rendersInSoftware reports whether an X server on this machine renders OpenGL in
// software: it has GLX and none of the extensions for a graphics processor, DRI2, DRI3
// and NVIDIA's NV-GLX. It is false for displays of other machines, and if in doubt.
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

// preferGLX makes Ebiten use desktop OpenGL with GLX if it opens its window before
// restore is called. Ebiten prefers OpenGL ES, for which it uses EGL unless glxinfo is
// installed; there Mesa sends each frame to the X server through a socket, while with
// GLX it uses shared memory. Ebiten selects GLX if it seems to run under Steam, whose
// overlay needs it.
func preferGLX() (restore func()) {
	const key = "SteamEnv"
	if _, set := os.LookupEnv(key); set || !loads("libGL.so", "libGL.so.1") || os.Setenv(key, "1") != nil {
		return func() {}
	}
	return func() { _ = os.Unsetenv(key) }
}

// loads reports whether one of the libraries can be loaded.
func loads(names ...string) bool {
	for _, name := range names {
		if _, err := purego.Dlopen(name, purego.RTLD_LAZY|purego.RTLD_GLOBAL); err == nil {
			return true
		}
	}
	return false
}
