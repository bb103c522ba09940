package disk_test

import (
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"raftian/netsim/disk"
)

// rotten draws a flip with a seed, and checks that it changes one bit: the one it
// names.
func rotten(t *testing.T, d *disk.Disk, seed uint64, before map[string]string) (name string) {
	t.Helper()
	name, bit, ok := d.Rot(rand.New(rand.NewPCG(seed, 0)))
	if !ok {
		t.Fatal("there is nothing to rot")
	}
	for file, was := range before {
		flipped := -1
		for i, c := range []byte(content(t, d, file)) {
			if x := c ^ was[i]; x != 0 {
				if flipped >= 0 || bits.OnesCount8(x) != 1 {
					t.Fatalf("more than one bit of %s differs", file)
				}
				flipped = 8*i + bits.TrailingZeros8(x)
			}
		}
		if file == name && int64(flipped) != bit || file != name && flipped != -1 {
			t.Errorf("bit %d of %s is to flip; of %s it is %d", bit, name, file, flipped)
		}
	}
	return name
}

func TestRotFlipsOneBitOfAnyFile(t *testing.T) {
	seen := map[string]int{}
	for seed := range uint64(200) {
		d := disk.New()
		must(t, d.MkdirAll("d"))
		syncDir(t, d, ".")
		files := map[string]string{"big": strings.Repeat("a", 3000), "d/small": "b"}
		for name, text := range files {
			durable(t, d, name, text)
		}
		durable(t, d, "empty", "")
		create(t, d, "unsynced", "c")
		seen[rotten(t, d, seed, files)]++
	}
	if seen["big"] < 70 || seen["d/small"] < 70 || len(seen) != 2 {
		t.Errorf("what rots is %v; want each of two files about as often", seen)
	}
}

// The bit stays flipped, whatever happens.
func TestRotIsForGood(t *testing.T) {
	d := disk.New()
	durable(t, d, "f", "aaaa")
	d.Rot(rand.New(rand.NewPCG(1, 0)))
	rotten := content(t, d, "f")
	if rotten == "aaaa" {
		t.Error("nothing differs")
	}
	d = d.Kill()
	must(t, open(t, d, "f", 2).Sync())
	d = d.PowerLoss(rand.New(rand.NewPCG(1, 0)))
	if got := content(t, d, "f"); got != rotten {
		t.Errorf("the file reads %q, and after a crash %q", rotten, got)
	}
}

// What was written since hides the rot, and mends it when it is synced.
func TestWritesHideRot(t *testing.T) {
	for _, sync := range []bool{false, true} {
		d := disk.New()
		h := durable(t, d, "f", "aaaa")
		must(t, writeAt(h, "bbbb", 0))
		d.Rot(rand.New(rand.NewPCG(1, 0)))
		if got := content(t, d, "f"); got != "bbbb" {
			t.Errorf("the file reads %q", got)
		}
		if sync {
			must(t, h.Sync())
		}
		seen := map[string]bool{}
		for _, o := range outcomes(t, d) {
			seen[o] = true
		}
		if sync && (len(seen) != 1 || !seen["f=4b"]) || !sync && (len(seen) != 2 || !seen["f=4b"] || seen["f=4a"]) {
			t.Errorf("synced: %v; a power loss leaves %v", sync, seen)
		}
	}
}

func TestRotFindsNothingOnAnEmptyDisk(t *testing.T) {
	d := disk.New()
	create(t, d, "f", "unsynced")
	if name, _, ok := d.Rot(rand.New(rand.NewPCG(1, 0))); ok {
		t.Errorf("%q rots", name)
	}
}
