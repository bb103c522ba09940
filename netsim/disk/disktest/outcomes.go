// Package disktest tries every way in which a machine may go down, where a run
// draws one: every point of a program at which it can happen, and all that the
// disk may then hold.
//
//	outcomes.go  every disk that a power loss may leave
//	files.go     an env.FS whose machine goes down at a point of choice
package disktest

import (
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strings"

	"raftian/netsim/disk"
)

// AfterPowerLoss yields every disk that a power loss may leave of d, each once,
// and what it holds, as Content has it. The bounds are those of
// disk.EveryPowerLoss. It spends d.
func AfterPowerLoss(d *disk.Disk) iter.Seq2[*disk.Disk, string] {
	return func(yield func(*disk.Disk, string) bool) {
		seen := make(map[string]bool)
		for left := range d.EveryPowerLoss() {
			content := Content(left)
			if seen[content] {
				continue
			}
			seen[content] = true
			if !yield(left, content) {
				return
			}
		}
	}
}

// Content is all that is on a disk in one string, equal for equal disks. It
// panics if the disk cannot be read, which a disk allows unless it is spent.
func Content(d *disk.Disk) string {
	var b strings.Builder
	addContent(&b, d, ".")
	return b.String()
}

func addContent(b *strings.Builder, d *disk.Disk, dir string) {
	list, err := d.ReadDir(dir)
	if err != nil {
		panic(err)
	}
	for _, e := range list {
		name := path.Join(dir, e.Name())
		if e.IsDir() {
			fmt.Fprintf(b, "%s/\n", name)
			addContent(b, d, name)
			continue
		}
		h, err := d.OpenFile(name, os.O_RDONLY)
		if err != nil {
			panic(err)
		}
		bytes, err := io.ReadAll(h)
		if err != nil {
			panic(err)
		}
		fmt.Fprintf(b, "%s %d %s\n", name, len(bytes), bytes)
	}
}
