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

// ErrNoDisplay is returned if a window cannot be opened.
var ErrNoDisplay = errors.New("there is no display to open a window on")

// probeDisplay looks for a display before a window is opened, on systems with X
// servers. Close the result when the window is open or has failed: an X server without
// connections may reset, and refuse new ones meanwhile.
func probeDisplay() (io.Closer, error) {
	switch runtime.GOOS {
	case "linux", "freebsd", "netbsd", "openbsd":
		return probeX(os.Getenv("DISPLAY"))
	}
	return io.NopCloser(nil), nil
}

// probeX connects to an X server by its name, "HOST:NUMBER.SCREEN", or ":NUMBER" on
// this machine (X(7)).
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
		return io.NopCloser(nil), nil // on another machine: probing takes as long as opening a window
	}
	socket := "/tmp/.X11-unix/X" + number
	for _, path := range []string{socket, "@" + socket} {
		if c, err := net.Dial("unix", path); err == nil {
			return c, nil
		}
	}
	return nil, fmt.Errorf("nothing answers at DISPLAY %s", display)
}

// HasDisplay returns an ErrNoDisplay if no window can be opened.
func HasDisplay() error {
	display, err := probeDisplay()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoDisplay, err)
	}
	return display.Close()
}
