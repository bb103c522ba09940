package link

import (
	cryptorand "crypto/rand"
	"crypto/sha256"
	"hash/maphash"
	mathrand "math/rand"
	"math/rand/v2"
)

func random(given *rand.Rand) uint64 {
	seeded := rand.New(rand.NewPCG(1, 2))
	sum := sha256.Sum256([]byte{byte(given.IntN(10)), byte(seeded.Uint64())})
	cryptorand.Read(sum[:])              // want "crypto/rand.Read is not drawn from the Plan: take a \*rand.Rand"
	_, _ = cryptorand.Reader.Read(nil)   // want "crypto/rand.Reader"
	mathrand.Shuffle(2, func(_, _ int) { // want "math/rand.Shuffle"
		rand.N(3) // want "math/rand/v2.N"
	})
	_ = maphash.String(maphash.MakeSeed(), "") // want "hash/maphash.String is its seed" "hash/maphash.MakeSeed"
	return rand.Uint64()                       // want "math/rand/v2.Uint64"
}
