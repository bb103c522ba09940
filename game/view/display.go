package view

import (
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"strings"
)

// ErrNoDisplay says that a window cannot be opened here.
var ErrNoDisplay = errors.New("there is no display to open a window on")

// probe looks for a display before a window is tried, on systems whose windows come
// from an X server.
func probe() error {
	switch runtime.GOOS {
	case "linux", "freebsd", "netbsd", "openbsd":
		return probeX(os.Getenv("DISPLAY"))
	}
	return nil
}

// probeX tries to reach an X server by its name, which is "HOST:NUMBER.SCREEN", or
// begins with a colon on this machine (X(7)).
func probeX(display string) error {
	if display == "" {
		return errors.New("DISPLAY is not set")
	}
	colon := strings.LastIndexByte(display, ':')
	if colon < 0 {
		return fmt.Errorf("DISPLAY is %q", display)
	}
	host := display[:colon]
	number, _, _ := strings.Cut(display[colon+1:], ".")
	if host != "" && host != "unix" {
		return nil // another machine's; trying it takes as long as opening a window
	}
	socket := "/tmp/.X11-unix/X" + number
	for _, path := range []string{socket, "@" + socket} {
		if c, err := net.Dial("unix", path); err == nil {
			_ = c.Close()
			return nil
		}
	}
	return fmt.Errorf("nothing answers at DISPLAY %s", display)
}
