package netsim

import (
	"raftian/netsim/trace"
)

// printMax is how many bytes of what is printed at once go into one record.
const printMax = 8 << 10

// print records what a program has written to an output of its process. A program prints
// into the World, and a crash takes nothing of it back; what a ghost prints is not seen.
//
// It may be called from anywhere in a program, so also by an error's text that the World
// asks for while it holds its lock. As a World runs one goroutine at a time, and nobody
// who holds the lock waits, that is when the lock is not to be had.
func (w *World) print(number uint32, stream trace.Stream, text []byte) {
	defer setMachine(setMachine(0))
	if w.mu.TryLock() {
		defer w.mu.Unlock()
	}
	i := w.lives[number-1]
	if i == nil || w.prints == nil {
		return
	}
	for len(text) > 0 {
		part := text[:min(len(text), printMax)]
		text = text[len(part):]
		w.prints(&trace.Print{At: w.now(), Machine: i.name, Boot: i.boot, Stream: stream, Text: part})
	}
}
