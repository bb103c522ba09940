package disk_test

import (
	"errors"
	"slices"
	"strings"
	"syscall"
	"testing"

	"raftian/netsim/disk"
)

// failSync has an fsync of the file fail.
func failSync(t *testing.T, h *disk.Handle) {
	t.Helper()
	s, err := h.BeginSync()
	must(t, err)
	wantEIO(t, s.Fail())
}

func failSyncDir(t *testing.T, d *disk.Disk, name string) {
	t.Helper()
	s, err := d.BeginSyncDir(name)
	must(t, err)
	wantEIO(t, s.Fail())
}

func wantEIO(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, syscall.EIO) {
		t.Errorf("it says %v; want EIO", err)
	}
}

// Every legal outcome of a power loss after an fsync that failed, by name. Each
// must also be drawn.
func TestAfterAFailedSyncPowerLossLeavesThese(t *testing.T) {
	a, b, c := strings.Repeat("a", 512), strings.Repeat("b", 512), strings.Repeat("c", 512)
	for _, test := range []struct {
		name   string
		before func(t *testing.T, d *disk.Disk)
		want   []string
	}{
		{"tried again", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			failSync(t, h)
			must(t, h.Sync())
		}, []string{"f=512a", "f=512b"}},

		{"an append, tried again", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", "v")
			must(t, writeAt(h, "x", 1))
			failSync(t, h)
			must(t, h.Sync())
		}, []string{"f=v", "f=v_", "f=vx"}},

		{"written again and synced", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			failSync(t, h)
			must(t, writeAt(h, c, 0))
			must(t, h.Sync())
		}, []string{"f=512c"}},

		{"another sector written and synced", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a+a)
			must(t, writeAt(h, b, 0))
			failSync(t, h)
			must(t, writeAt(h, c, 512))
			must(t, h.Sync())
		}, []string{"f=512a512c", "f=512b512c"}},

		{"appended to and synced", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 512))
			failSync(t, h)
			must(t, writeAt(h, c, 1024)) // and with it the length
			must(t, h.Sync())
		}, []string{"f=512a512_512c", "f=512a512b512c"}},

		{"written while it was under way", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			s, err := h.BeginSync()
			must(t, err)
			must(t, writeAt(h, c+c, 0))
			wantEIO(t, s.Fail())
			must(t, h.Sync())
		}, []string{"f=1024c"}},

		{"truncated and synced", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b+b, 0))
			failSync(t, h)
			must(t, h.Truncate(512))
			must(t, h.Sync())
		}, []string{"f=512a", "f=512b"}},

		{"killed and tried again", func(t *testing.T, d *disk.Disk) {
			h := durable(t, d, "f", a)
			must(t, writeAt(h, b, 0))
			failSync(t, h)
			*d = *d.Kill()
			must(t, open(t, d, "f", 2).Sync())
		}, []string{"f=512a", "f=512b"}},

		{"a directory's, tried again", func(t *testing.T, d *disk.Disk) {
			must(t, create(t, d, "f", "x").Sync())
			failSyncDir(t, d, ".")
			syncDir(t, d, ".")
		}, []string{"f=x"}},

		{"a directory's, with another name made durable", func(t *testing.T, d *disk.Disk) {
			must(t, create(t, d, "f", "x").Sync())
			failSyncDir(t, d, ".")
			must(t, create(t, d, "g", "y").Sync())
			syncDir(t, d, ".")
		}, []string{"f=x g=y"}},

		{"a directory's, not tried again", func(t *testing.T, d *disk.Disk) {
			must(t, create(t, d, "f", "x").Sync())
			failSyncDir(t, d, ".")
		}, []string{"f=x", "nothing"}},

		{"a directory's, with a later change to the name", func(t *testing.T, d *disk.Disk) {
			must(t, create(t, d, "f", "x").Sync())
			failSyncDir(t, d, ".")
			must(t, d.Rename("f", "g"))
			syncDir(t, d, ".")
		}, []string{"g=x"}},

		{"a directory's change made while it was under way", func(t *testing.T, d *disk.Disk) {
			s, err := d.BeginSyncDir(".")
			must(t, err)
			must(t, create(t, d, "f", "x").Sync())
			wantEIO(t, s.Fail())
			syncDir(t, d, ".")
		}, []string{"f=x"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := disk.New()
			test.before(t, d)
			want := slices.Clone(test.want)
			slices.Sort(want)
			if got := outcomes(t, d); !slices.Equal(got, want) {
				t.Errorf("a power loss leaves\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}

// What is in the page cache is not touched by a failure: programs read it.
func TestAFailedSyncLeavesThePageCache(t *testing.T) {
	d := disk.New()
	h := durable(t, d, "f", "old")
	must(t, writeAt(h, "new", 0))
	failSync(t, h)
	if got := content(t, d, "f"); got != "new" {
		t.Errorf("the file reads %q", got)
	}
}

// Syncs of one file, or directory, that are under way together fail together:
// they wait for the same writes.
func TestSyncsUnderWayFailTogether(t *testing.T) {
	d := disk.New()
	h := create(t, d, "f", "x")
	for what, begin := range map[string]func() (*disk.Sync, error){
		"file": h.BeginSync, "directory": func() (*disk.Sync, error) { return d.BeginSyncDir(".") },
	} {
		first, err := begin()
		must(t, err)
		second, err := begin()
		must(t, err)
		third, err := begin()
		must(t, err)
		wantEIO(t, second.Fail())
		if err := first.Complete(); !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: another completes with %v", what, err)
		}
		wantEIO(t, third.Fail())
		last, err := begin()
		must(t, err)
		must(t, last.Complete())
	}
}

// Space is what sectors need that the file never had.
func TestCoveredIsUpToTheFirstNewSector(t *testing.T) {
	d := disk.New()
	h := create(t, d, "f", strings.Repeat("a", 700)) // two sectors
	must(t, writeAt(h, "b", 2048))                   // and the fifth
	for _, c := range []struct {
		off  int64
		size int
		want int
	}{
		{0, 100, 100}, {0, 1024, 1024}, {0, 1025, 1024}, {700, 1000, 324}, {1024, 10, 0}, {1100, 2000, 0},
		{2048, 600, 512}, {9000, 1, 0}, {100, 0, 0},
	} {
		if got := h.Covered(c.off, c.size); got != c.want {
			t.Errorf("%d of %d bytes from %d need no space; want %d", got, c.size, c.off, c.want)
		}
	}
}

func TestOffsetIsWhereWriteWrites(t *testing.T) {
	d := disk.New()
	create(t, d, "f", "abc")
	h := open(t, d, "f", 2)
	if got := h.Offset(); got != 0 {
		t.Errorf("it is %d in a file just opened", got)
	}
	h.Write([]byte("xy"))
	if got := h.Offset(); got != 2 {
		t.Errorf("it is %d after two bytes", got)
	}
	if got := open(t, d, "f", 2|1024).Offset(); got != 3 {
		t.Errorf("it is %d in a file of three bytes opened to append", got)
	}
}
