//go:build cgo || !(freebsd || netbsd || openbsd)

package view

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// probeSound looks for a sound device before one is opened, on systems where a library
// would otherwise print many errors: a PulseAudio server, where its clients look for
// one (pulse-client.conf(5)), or an ALSA device.
func probeSound() error {
	if runtime.GOOS != "linux" {
		return nil
	}
	home, _ := os.UserHomeDir()
	return probeSoundAt(os.Getenv, "/", home)
}

// probeSoundAt looks below a root directory.
func probeSoundAt(getenv func(string) string, root, home string) error {
	if getenv("PULSE_SERVER") != "" {
		return nil
	}
	places := []string{filepath.Join(root, "dev/snd/pcm*p"), filepath.Join(root, "etc/asound.conf")}
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		places = append(places, filepath.Join(dir, "pulse/native"))
	}
	if home != "" {
		places = append(places, filepath.Join(home, ".asoundrc"), filepath.Join(home, ".config/pulse/*-runtime/native"))
	}
	for _, place := range places {
		if found, err := filepath.Glob(place); err == nil && len(found) > 0 {
			return nil
		}
	}
	return errors.New("neither a PulseAudio server nor a device of ALSA")
}
