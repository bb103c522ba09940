//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
)

// ErrNoDisplay says that a window cannot be opened here.
var ErrNoDisplay = errors.New("there is no display to open a window on")

// probe looks for a display before a window is tried, on systems whose windows come
// from an X server. What it returns is to be closed once the window is there or has
// failed: an X server that nobody is connected to any more may begin anew, and refuse
// who comes meanwhile.
func probeDisplay() (io.Closer, error) {
	switch runtime.GOOS {
	case "linux", "freebsd", "netbsd", "openbsd":
		return probeX(os.Getenv("DISPLAY"))
	}
	return io.NopCloser(nil), nil
}

// probeX tries to reach an X server by its name, which is "HOST:NUMBER.SCREEN", or
// begins with a colon on this machine (X(7)).
func probeX(display string) (io.Closer, error) {
	if display == "" {
		return nil, errors.New("DISPLAY is not set")
	}
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		return nil, fmt.Errorf("DISPLAY is %q", display)
	}
	host := display[:colon]
	number, _, _ := strings.Cut(display[colon+1:], ".")
	if host != "" && host != "unix" {
		return io.NopCloser(nil), nil // another machine's; trying it takes as long as opening a window
	}
	socket := "/tmp/.X11-unix/X" + number
	for _, path := range []string{socket, "@" + socket} {
		if c, err := net.Dial("unix", path); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("nothing answers at DISPLAY %s", display)
}

// HasDisplay says whether there may be a display to open a window on; the error is
// ErrNoDisplay.
func HasDisplay() error {
	display, err := probeDisplay()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	return display.Close()
}
