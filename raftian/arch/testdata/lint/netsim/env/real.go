// Package env has a file that is the rim of its room. It may have the real
// clock and real files, but no more randomness than others.
package env

import (
	"crypto/rand"
	"os"
	"time"
)

func real(m map[int]int) time.Time {
	go os.Getpid()
	rand.Text()        // want "crypto/rand.Text"
	for k := range m { // want "range over a map"
		println(k)
	}
	return time.Now()
}
