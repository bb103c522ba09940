package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the stream of random numbers that belongs to a name under a
// seed. Streams of different names have nothing to do with each other, so that
// one more draw from one of them, or one stream less, shifts no other.
func Stream(seed uint64, name string) *rand.Rand {
	text := binary.LittleEndian.AppendUint64(nil, seed)
	sum := sha256.Sum256(append(text, name...))
	return rand.New(rand.NewPCG(binary.LittleEndian.Uint64(sum[:]), binary.LittleEndian.Uint64(sum[8:])))
}
