package toolchain

// streams is added to package runtime: the plan's streams and the draws from them.
// netsim.startStreams sets them before the bubble exists.
//
// The generator of the small streams is wyrand, as cheaprand's; that of rand is
// the runtime's own ChaCha8. raftianPick looks only at goroutines of the bubble,
// so that those outside keep their places and cost no draw.
const streams = `package runtime

import (
	"internal/chacha8rand"
	_ "unsafe" // for go:linkname
)

var raftian struct {
	rand    chacha8rand.State
	choice  uint64
	pick    uint64
	crypto  uint64
	shuffle bool
}

// raftianHidden stands for chance that no program can see.
const raftianHidden = 0x9e3779b97f4a7c15

// raftianRand is rand for what programs can see.
//
//go:linkname raftianRand
func raftianRand() uint64 {
	gp := getg()
	if gp.bubble == nil {
		return rand()
	}
	for {
		x, ok := raftian.rand.Next()
		if ok {
			return x
		}
		gp.m.locks++
		raftian.rand.Refill()
		gp.m.locks--
	}
}

//go:linkname raftian_mapOrder internal/runtime/maps.raftianOrder
func raftian_mapOrder() uint64 { return raftianRand() }

//go:linkname raftian_start raftian/netsim.startStreams
func raftian_start(seed uint64, shuffle bool) {
	s := seed
	raftian.rand.Init64([4]uint64{raftianNext(&s), raftianNext(&s), raftianNext(&s), raftianNext(&s)})
	raftian.choice = raftianNext(&s)
	raftian.pick = raftianNext(&s)
	raftian.crypto = raftianNext(&s)
	raftian.shuffle = shuffle
}

// raftianFromEnvironment seeds the streams for a program that cannot ask for it
// itself: a test binary.
func raftianFromEnvironment() {
	text := gogetenv("RAFTIAN_SEED")
	if text == "" {
		return
	}
	seed := uint64(0)
	for i := 0; i < len(text); i++ {
		seed = 10*seed + uint64(text[i]-'0')
	}
	raftian_start(seed, true)
	raftianLimit(gogetenv("RAFTIAN_CHOICES"))
}

//go:nosplit
func raftianNext(s *uint64) uint64 {
	*s += 0xa0761d6478bd642f
	return raftianFold(*s, *s^0xe7037ed1a0b428db)
}

// raftianFold is the exclusive or of both halves of a product.
//
//go:nosplit
func raftianFold(x, y uint64) uint64 {
	const low = 1<<32 - 1
	a := (x & low) * (y & low)
	b := (x>>32)*(y&low) + a>>32
	c := (x&low)*(y>>32) + b&low
	return ((x>>32)*(y>>32) + b>>32 + c>>32) ^ x*y
}

func raftianChoose(n uint32) uint32 {
	if getg().bubble == nil {
		return cheaprandn(n)
	}
	j := uint32((uint64(uint32(raftianNext(&raftian.choice))) * uint64(n)) >> 32)
	if raftianChoices.limited && n > 1 {
		return raftianCase(j, n)
	}
	return j
}

func raftianPick(pp *p, h, t uint32) {
	const size = uint32(len(pp.runq))
	if pp.runq[h%size].ptr().bubble == nil {
		return
	}
	n := uint32(0)
	for i := h; i != t; i++ {
		if pp.runq[i%size].ptr().bubble != nil {
			n++
		}
	}
	if n < 2 {
		return
	}
	k := uint32(uint64(uint32(raftianNext(&raftian.pick))) * uint64(n) >> 32)
	obeyed := raftianObeyed()
	if raftianChoices.holds {
		raftianHold(pp, h, t, obeyed)
		return
	}
	if !obeyed {
		k = 0
	}
	for i := h; i != t; i++ {
		if pp.runq[i%size].ptr().bubble == nil {
			continue
		}
		if k == 0 {
			if raftianChoices.told && i != h {
				raftianChoices.tell("goroutine", pp.runq[i%size].ptr(), pp.runq[h%size].ptr())
			}
			pp.runq[h%size], pp.runq[i%size] = pp.runq[i%size], pp.runq[h%size]
			return
		}
		k--
	}
}

//go:linkname raftian_read crypto/internal/sysrand.raftianRead
func raftian_read(b []byte) bool {
	for len(b) > 0 {
		v := raftianNext(&raftian.crypto)
		for i := 0; i < 8 && len(b) > 0; i++ {
			b[0] = byte(v >> (8 * i))
			b = b[1:]
		}
	}
	return true
}
`

// mapOrder is added to package internal/runtime/maps.
const mapOrder = `package maps

import _ "unsafe" // for go:linkname

// raftianOrder is pushed via linkname from package runtime.
//
//go:linkname raftianOrder
func raftianOrder() uint64
`

// cryptoRand is added to package crypto/internal/sysrand.
const cryptoRand = `package sysrand

import _ "unsafe" // for go:linkname

// raftianRead is pushed via linkname from package runtime.
//
//go:linkname raftianRead
func raftianRead([]byte) bool
`
