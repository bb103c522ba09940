package disk_test

import (
	"bytes"
	"math/rand/v2"
	"os"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/disk/disktest"
)

// TestEveryOutcomeOfAPowerLossIsFoundAndLegal: what disktest finds is neither
// more than the twin allows nor less than is drawn.
func TestEveryOutcomeOfAPowerLossIsFoundAndLegal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPair()
		p.open(t, "f", os.O_RDWR|os.O_CREATE)
		p.prepare(t)
		for range rapid.IntRange(0, 8).Draw(t, "steps") {
			p.small(t)
		}
		all := map[string]bool{}
		for left, content := range disktest.AfterPowerLoss(p.disk) {
			all[content] = true
			if !p.twin.mayLeave(found(t, left)) {
				t.Fatalf("it finds what a power loss may not leave: %s", show(t, left))
			}
		}
		for seed := range uint64(200) {
			left := p.disk.PowerLoss(rand.New(rand.NewPCG(seed, 0)))
			if !all[disktest.Content(left)] {
				t.Fatalf("it finds %d outcomes, and not %s", len(all), show(t, left))
			}
		}
	})
}

// prepare makes the file long and durable, with another and a directory beside it.
func (p *pair) prepare(t *rapid.T) {
	p.open(t, "g", os.O_RDWR|os.O_CREATE)
	same(t, "prepare", p.disk.MkdirAll("d"), p.twin.create("d", true))
	h := p.handles[0]
	long := bytes.Repeat([]byte{255}, 3*512)
	h.file.writeAt(long, 0)
	_, err := h.Handle.WriteAt(long, 0)
	same(t, "prepare", err, true)
	version := h.file.begin()
	same(t, "prepare", h.Handle.Sync(), true)
	h.file.complete(version)
	p.syncAll(t, p.twin.paths(p.twin.cached()))
}

// small changes a little, so that few lengths are possible, with one fsync of the
// file under way at most.
func (p *pair) small(t *rapid.T) {
	h := p.handles[0]
	p.filler++
	switch rapid.IntRange(0, 7).Draw(t, "step") {
	case 0, 1:
		off := 512 * rapid.IntRange(0, 3).Draw(t, "sector")
		b := bytes.Repeat([]byte{p.filler}, rapid.IntRange(1, 4).Draw(t, "length"))
		h.file.writeAt(b, off)
		_, err := h.Handle.WriteAt(b, int64(off))
		same(t, "write", err, true)
	case 2:
		size := 3*512 + rapid.IntRange(-3, 3).Draw(t, "size")
		h.file.truncate(size)
		same(t, "truncate", h.Handle.Truncate(int64(size)), true)
	case 3:
		if len(p.syncs) > 0 {
			p.CompleteSync(t)
		} else {
			p.Sync(t)
		}
	default:
		p.name(t)
	}
}

// name changes a name in the root or in d, so that changes hang together.
func (p *pair) name(t *rapid.T) {
	from := rapid.SampledFrom([]string{"f", "g", "d/f"}).Draw(t, "from")
	to := rapid.SampledFrom([]string{"f", "g", "d/f"}).Draw(t, "to")
	switch rapid.IntRange(0, 3).Draw(t, "change") {
	case 0:
		same(t, "remove", p.disk.Remove(to), p.twin.remove(to))
	default:
		same(t, "rename", p.disk.Rename(from, to), p.twin.rename(from, to))
	}
}
