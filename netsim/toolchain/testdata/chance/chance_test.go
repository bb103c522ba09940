// Package chance draws from whatever a test can draw from.
package chance

import (
	crand "crypto/rand"
	"fmt"
	mathrand "math/rand"
	randv2 "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
	_ "unsafe" // for go:linkname
)

// These are what public modules draw from that were written before math/rand/v2.

//go:linkname fastrand runtime.fastrand
func fastrand() uint32

//go:linkname fastrandn runtime.fastrandn
func fastrandn(n uint32) uint32

//go:linkname fastrand64 runtime.fastrand64
func fastrand64() uint64

// It fails, so that what it says is shown.
func TestChance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		many := map[int]bool{}
		for k := range 100_000 {
			many[k] = true
		}
		first := 0
		for first = range many {
			break
		}
		for _, line := range []string{
			fmt.Sprint("math/rand ", mathrand.Uint64()),
			fmt.Sprint("math/rand/v2 ", randv2.Uint64()),
			fmt.Sprint("os.CreateTemp ", filepath.Base(f.Name())),
			fmt.Sprint("runtime.fastrand ", fastrand()),
			fmt.Sprint("runtime.fastrandn ", fastrandn(1<<31)),
			fmt.Sprint("runtime.fastrand64 ", fastrand64()),
			fmt.Sprint("crypto/rand ", crand.Text()),
			fmt.Sprint("map ", first),
			fmt.Sprint("select ", selects()),
			fmt.Sprint("timers ", timers()),
		} {
			t.Error(line)
		}
	})
}

// selects says which of two ready cases were taken.
func selects() (taken string) {
	a, b := make(chan bool, 1), make(chan bool, 1)
	for range 64 {
		a <- true
		b <- true
		select {
		case <-a:
			taken += "a"
			<-b
		case <-b:
			taken += "b"
			<-a
		}
	}
	return taken
}

// timers says in which order timers of one instant fire.
func timers() (order string) {
	fired := make(chan string, 32)
	for k := range 32 {
		time.AfterFunc(time.Second, func() { fired <- fmt.Sprint(k, " ") })
	}
	for range 32 {
		order += <-fired
	}
	return order
}
