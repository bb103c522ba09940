package view

import (
	"os"
	"testing"
)

func TestUnknownDisplayIsNotSoftware(t *testing.T) {
	for _, display := range []string{"", ":", ":nothing", ":32767", "far.away:0", "/tmp/socket:0"} {
		if rendersInSoftware(display) {
			t.Errorf("%q is", display)
		}
	}
}

func TestGLXPreferredTemporarily(t *testing.T) {
	t.Setenv("SteamEnv", "") // restored at the end of the test
	os.Unsetenv("SteamEnv")
	restore := preferGLX()
	if got := os.Getenv("SteamEnv") == "1"; got != loads("libGL.so", "libGL.so.1") {
		t.Errorf("it is preferred: %t", got)
	}
	if restore(); os.Getenv("SteamEnv") != "" {
		t.Error("it stays so")
	}
	t.Setenv("SteamEnv", "0")
	if restore = preferGLX(); os.Getenv("SteamEnv") != "0" {
		t.Error("what was said before does not count")
	}
	if restore(); os.Getenv("SteamEnv") != "0" {
		t.Error("what was said before is forgotten")
	}
}
