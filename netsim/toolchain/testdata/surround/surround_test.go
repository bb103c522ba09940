// Package surround says what surrounds its test, and hangs if it is asked to.
package surround

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestSurroundings(t *testing.T) {
	for _, name := range []string{"DB_URL", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "HOME", "PATH", "PWD", "RAFTIAN_SEED"} {
		fmt.Println(name + "=" + os.Getenv(name))
	}
	k := slices.IndexFunc(os.Args, func(arg string) bool { return arg != os.Args[0] && !strings.HasPrefix(arg, "-test.") })
	if k > 0 {
		fmt.Println("arguments", strings.Join(os.Args[k:], " "))
	}
}

// hangs says whether the tests are asked to hang.
func hangs() bool { return slices.Contains(os.Args, "hang") }

func TestWaitsForEver(t *testing.T) {
	if !hangs() {
		t.Skip()
	}
	outside := make(chan bool) // of no bubble, so that waiting for it is no deadlock
	go func() {
		time.Sleep(time.Hour)
		close(outside)
	}()
	synctest.Test(t, func(*testing.T) { <-outside })
}

func TestComputesForEver(t *testing.T) {
	n := 1
	for hangs() && n != 0 {
		n += 2
	}
}

// TestMoody passes if a file is there, and makes it.
func TestMoody(t *testing.T) {
	name := os.Getenv("MOODY")
	if name == "" {
		t.Skip()
	}
	if _, err := os.Stat(name); err != nil {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		t.Error("the file was not there")
	}
}
