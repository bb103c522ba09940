package disk_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"raftian/netsim/disk"
)

// Every legal outcome of a power loss, by name. Each must also be drawn.
func TestPowerLossLeavesTheseAndNoOthers(t *testing.T) {
	a, b, c := strings.Repeat("a", 512), strings.Repeat("b", 512), strings.Repeat("c", 512)
	for _, test := range []struct {
		name   string
		before func(t *testing.T, d *disk.Disk)
		want   []string
	}{
		{"write without sync", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "")
			must(t, writeAt(h, "xy", 0))
		}, []string{"f=", "f=_", "f=__", "f=x", "f=xy"}},

		{"write and sync", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "xy")
		}, []string{"f=xy"}},

		{"append without sync", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "v")
			must(t, writeAt(h, "xy", 1))
		}, []string{"f=v", "f=v_", "f=v__", "f=vx", "f=vxy"}},

		{"create and sync without directory sync", func(t *testing.T, d *disk.Disk) {
			must(t, create(t, d, "f", "xy").Sync())
		}, []string{"f=xy", "nothing"}},

		{"create and directory sync without sync", func(t *testing.T, d *disk.Disk) {
			create(t, d, "f", "x")
			syncDir(t, d, ".")
		}, []string{"f=", "f=_", "f=x"}},

		{"overwrite two sectors", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a+a)
			must(t, writeAt(h, b+b, 0))
		}, []string{"f=1024a", "f=1024b", "f=512a512b", "f=512b512a"}},

		{"truncate", func(t *testing.T, d *disk.Disk) {
			must(t, durable(t, d, "f", "xyz").Truncate(1))
		}, []string{"f=x", "f=x_", "f=x__", "f=xy", "f=xyz"}},

		{"truncate and write again", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			_, err := open(t, d, "f", os.O_WRONLY|os.O_TRUNC).Write([]byte("y"))
			must(t, err)
		}, []string{"f=", "f=x", "f=y"}},

		{"truncate and sync", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a+"xyz")
			must(t, h.Truncate(1))
			must(t, h.Sync())
		}, []string{"f=a"}},

		{"sync under way, then overwritten", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			_, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, c, 0))
		}, []string{"f=512a", "f=512b", "f=512c"}},

		{"sync under way of sectors written backwards", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a+a)
			must(t, writeAt(h, b, 512))
			must(t, writeAt(h, b, 0))
			_, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, c+c, 0))
		}, []string{
			"f=1024a", "f=512a512b", "f=512a512c", "f=512b512a", "f=1024b", "f=512b512c", "f=512c512a", "f=512c512b", "f=1024c",
		}},

		{"overwritten during a sync that completed", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			s, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, c, 0))
			must(t, s.Complete())
		}, []string{"f=512b", "f=512c"}},

		{"two syncs that complete in the wrong order", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			first, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, c, 0))
			second, err := h.BeginSync()
			must(t, err)
			must(t, second.Complete())
			must(t, first.Complete())
		}, []string{"f=512c"}},

		{"truncate during a sync that completed", func(t *testing.T, d *disk.Disk) {
			h := create(t, d, "f", "xyz")
			syncDir(t, d, ".")
			s, err := h.BeginSync()
			must(t, err)
			must(t, h.Truncate(1))
			must(t, s.Complete())
		}, []string{"f=x", "f=x_", "f=x__", "f=xy", "f=xyz"}},

		{"longer and shorter again during a sync that completed", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "x")
			s, err := h.BeginSync()
			must(t, err)
			must(t, h.Truncate(3))
			must(t, h.Truncate(1))
			must(t, s.Complete())
		}, []string{"f=x", "f=x_", "f=x__"}},

		{"write cut off during a sync that began with it", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "")
			must(t, writeAt(h, a, 0))
			must(t, h.Truncate(0))
			without, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, b, 0))
			with, err := h.BeginSync()
			must(t, err)
			must(t, h.Truncate(0))
			must(t, without.Complete())
			must(t, with.Complete())
			must(t, h.Truncate(512))
			must(t, h.Sync())
		}, []string{"f=512_"}},

		{"write cut off between two syncs under way", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "")
			must(t, writeAt(h, b, 0))
			first, err := h.BeginSync()
			must(t, err)
			must(t, h.Truncate(0))
			second, err := h.BeginSync()
			must(t, err)
			must(t, first.Complete())
			must(t, second.Complete())
			must(t, h.Truncate(1))
		}, []string{"f=", "f=_"}},

		{"two creates", func(t *testing.T, d *disk.Disk) {
			create(t, d, "f", "")
			create(t, d, "g", "")
		}, []string{"f=", "f= g=", "g=", "nothing"}},

		{"create during a directory sync", func(t *testing.T, d *disk.Disk) {
			create(t, d, "f", "")
			s, err := d.BeginSyncDir(".")
			must(t, err)
			create(t, d, "g", "")
			must(t, s.Complete())
		}, []string{"f=", "f= g="}},

		{"remove", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, d.Remove("f"))
		}, []string{"f=x", "nothing"}},

		{"remove and create anew", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, d.Remove("f"))
			must(t, create(t, d, "f", "y").Sync())
		}, []string{"f=x", "f=y", "nothing"}},

		{"rename over a file", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			durable(t, d, "tmp", "y")
			must(t, d.Rename("tmp", "f"))
		}, []string{"f=x tmp=y", "f=y"}},

		{"rename over a file and directory sync", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			durable(t, d, "tmp", "y")
			must(t, d.Rename("tmp", "f"))
			syncDir(t, d, ".")
		}, []string{"f=y"}},

		{"create, rename and directory sync without sync", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			create(t, d, "tmp", "y")
			must(t, d.Rename("tmp", "f"))
			syncDir(t, d, ".")
		}, []string{"f=", "f=_", "f=y"}},

		{"create, sync and rename", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, create(t, d, "tmp", "y").Sync())
			must(t, d.Rename("tmp", "f"))
		}, []string{"f=x", "f=x tmp=y", "f=y"}},

		{"rename to another directory, one of the two synced", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, d.MkdirAll("d"))
			syncDir(t, d, ".")
			must(t, d.Rename("f", "d/f"))
			syncDir(t, d, "d")
		}, []string{"d/ d/f=x"}},

		{"rename into a new directory", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, d.MkdirAll("d"))
			must(t, d.Rename("f", "d/f"))
		}, []string{"d/ d/f=x", "d/ f=x", "f=x"}},

		{"new directory synced that a file was moved to", func(t *testing.T, d *disk.Disk) {
			durable(t, d, "f", "x")
			must(t, d.MkdirAll("d/e"))
			must(t, d.Rename("f", "d/e/f"))
			syncDir(t, d, "d/e")
		}, []string{"d/ d/e/ d/e/f=x"}},

		{"new directory synced, but not its parent", func(t *testing.T, d *disk.Disk) {
			must(t, d.MkdirAll("d"))
			must(t, create(t, d, "d/f", "x").Sync())
			syncDir(t, d, "d")
		}, []string{"d/ d/f=x", "nothing"}},

		{"parent of a new directory synced, but not the directory", func(t *testing.T, d *disk.Disk) {
			must(t, d.MkdirAll("d"))
			must(t, create(t, d, "d/f", "x").Sync())
			syncDir(t, d, ".")
		}, []string{"d/", "d/ d/f=x"}},

		{"directory emptied and removed", func(t *testing.T, d *disk.Disk) {
			must(t, d.MkdirAll("d"))
			syncDir(t, d, ".")
			durable(t, d, "d/f", "x")
			must(t, d.Rename("d/f", "f"))
			must(t, d.Remove("d"))
		}, []string{"d/ d/f=x", "d/ f=x", "f=x"}},

		{"removal of a directory synced", func(t *testing.T, d *disk.Disk) {
			must(t, d.MkdirAll("d"))
			syncDir(t, d, ".")
			must(t, d.MkdirAll("e"))
			syncDir(t, d, ".")
			durable(t, d, "d/f", "x")
			must(t, d.Rename("d/f", "e/f"))
			must(t, d.Remove("d"))
			syncDir(t, d, ".")
		}, []string{"e/ e/f=x"}},

		{"directories that swap places", func(t *testing.T, d *disk.Disk) {
			must(t, d.MkdirAll("p"))
			must(t, d.MkdirAll("q"))
			syncDir(t, d, ".")
			must(t, d.Rename("p", "q/p"))
			must(t, d.Rename("q/p", "r"))
			must(t, d.Rename("q", "r/q"))
		}, []string{"p/ q/", "q/ q/p/", "q/ r/", "r/ r/q/"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := disk.New()
			test.before(t, d)
			got := outcomes(t, d)
			for _, s := range got {
				if !slices.Contains(test.want, s) {
					t.Errorf("left %q, which is not legal", s)
				}
			}
			for _, s := range test.want {
				if !slices.Contains(got, s) {
					t.Errorf("never left %q", s)
				}
			}
		})
	}
}

func writeAt(h *disk.Handle, text string, off int64) error {
	_, err := h.WriteAt([]byte(text), off)
	return err
}
