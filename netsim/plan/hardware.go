package plan

import (
	"math/rand/v2"
	"time"
)

// The links and disks of a run in which they are not drawn, and of half of the
// others: one rack, flash.
var (
	usualNet  = Net{Delay: 500 * time.Microsecond, Jitter: time.Millisecond}
	usualDisk = Disk{Sync: 200 * time.Microsecond, Jitter: 300 * time.Microsecond}
)

// drawNet draws what all links are like: from within a rack to between
// continents, as far as the guest bears it. A round goes there and back, which
// may be half of it.
func drawNet(rng *rand.Rand, round time.Duration) Net {
	usual := rng.IntN(2) == 0
	delay := octave(rng, 50*time.Microsecond, 10)
	jitter := delay * time.Duration(rng.IntN(201)) / 100
	if usual {
		return usualNet
	}
	most := round / 8
	return Net{Delay: plain(min(delay, most)), Jitter: plain(min(jitter, most))}
}

// drawDisk draws what all disks are like: from memory that survives to a disk
// that turns, as far as the guest bears it. A round has two fsyncs, which may be
// half of it.
func drawDisk(rng *rand.Rand, round time.Duration) Disk {
	usual := rng.IntN(2) == 0
	sync := octave(rng, 20*time.Microsecond, 11)
	jitter := sync * time.Duration(rng.IntN(201)) / 100
	if usual {
		return usualDisk
	}
	most := round / 8
	return Disk{Sync: plain(min(sync, most)), Jitter: plain(min(jitter, most))}
}

// octave draws from least to 2^n times as much, each octave with the same
// probability: small and large find different things. It counts in integers, so
// that every architecture draws the same.
func octave(rng *rand.Rand, least time.Duration, n int) time.Duration {
	from := least << rng.IntN(n)
	return from + time.Duration(rng.Int64N(int64(from)))
}

// plain leaves two digits or three of a duration.
func plain(d time.Duration) time.Duration {
	unit := time.Nanosecond
	for d/unit >= 1000 {
		unit *= 10
	}
	return d.Truncate(unit)
}
