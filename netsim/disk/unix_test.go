package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/disk"
)

// inhabited is a disk with the file f, the empty directory e, and d with d/f.
func inhabited(t rapid.TB) *disk.Disk {
	d := disk.New()
	must(t, d.MkdirAll("d"))
	must(t, d.MkdirAll("e"))
	create(t, d, "f", "abc")
	create(t, d, "d/f", "")
	return d
}

func TestNamesFailAsOnUnix(t *testing.T) {
	openWith := func(flag int) func(*disk.Disk, string) error {
		return func(d *disk.Disk, name string) error { _, err := d.OpenFile(name, flag); return err }
	}
	renameTo := func(to string) func(*disk.Disk, string) error {
		return func(d *disk.Disk, name string) error { return d.Rename(name, to) }
	}
	stat := func(d *disk.Disk, name string) error { _, err := d.Stat(name); return err }
	readDir := func(d *disk.Disk, name string) error { _, err := d.ReadDir(name); return err }
	for _, test := range []struct {
		what string
		do   func(*disk.Disk, string) error
		name string
		want error
	}{
		{"open a missing file", openWith(os.O_RDWR), "g", fs.ErrNotExist},
		{"open the empty name", openWith(os.O_RDWR), "", fs.ErrNotExist},
		{"open in a missing directory", openWith(os.O_CREATE), "g/f", fs.ErrNotExist},
		{"open under a file", openWith(os.O_CREATE), "f/f", syscall.ENOTDIR},
		{"open a directory", openWith(os.O_RDONLY), "d", syscall.EISDIR},
		{"create an existing file exclusively", openWith(os.O_CREATE | os.O_EXCL), "f", fs.ErrExist},
		{"open for nothing known", openWith(os.O_WRONLY | os.O_RDWR), "f", syscall.EINVAL},
		{"open for synchronous writes", openWith(os.O_SYNC), "f", syscall.EINVAL},
		{"open outside of the root", openWith(os.O_RDONLY), "../f", fs.ErrInvalid},
		{"open an absolute name", openWith(os.O_RDONLY), "/f", fs.ErrInvalid},
		{"remove a missing file", (*disk.Disk).Remove, "g", fs.ErrNotExist},
		{"remove a full directory", (*disk.Disk).Remove, "d", syscall.ENOTEMPTY},
		{"remove the root", (*disk.Disk).Remove, ".", fs.ErrInvalid},
		{"rename a missing file", renameTo("h"), "g", fs.ErrNotExist},
		{"rename to a missing directory", renameTo("g/f"), "f", fs.ErrNotExist},
		{"rename a file over a directory", renameTo("e"), "f", fs.ErrExist},
		{"rename a directory over a directory", renameTo("e"), "d", fs.ErrExist},
		{"rename a directory over a file", renameTo("f"), "d", syscall.ENOTDIR},
		{"rename a directory into itself", renameTo("d/d"), "d", syscall.EINVAL},
		{"make a directory over a file", (*disk.Disk).MkdirAll, "f", syscall.ENOTDIR},
		{"make a directory under a file", (*disk.Disk).MkdirAll, "f/d", syscall.ENOTDIR},
		{"list a file", readDir, "f", syscall.ENOTDIR},
		{"list a missing directory", readDir, "g", fs.ErrNotExist},
		{"describe a missing file", stat, "g", fs.ErrNotExist},
		{"sync the names of a file", (*disk.Disk).SyncDir, "f", syscall.ENOTDIR},
		{"sync the names of a missing directory", (*disk.Disk).SyncDir, "g", fs.ErrNotExist},
	} {
		t.Run(test.what, func(t *testing.T) {
			d := inhabited(t)
			before := show(t, d)
			err := test.do(d, test.name)
			var path *fs.PathError
			if !errors.Is(err, test.want) || !errors.As(err, &path) {
				t.Errorf("got %v, want a PathError that is %q", err, test.want)
			}
			if after := show(t, d); after != before {
				t.Errorf("it failed but changed %q to %q", before, after)
			}
		})
	}
}

func TestHandlesFailAsOnUnix(t *testing.T) {
	seek := func(offset int64, whence int) func(h *disk.Handle) error {
		return func(h *disk.Handle) error { _, err := h.Seek(offset, whence); return err }
	}
	for _, test := range []struct {
		what string
		flag int
		do   func(*disk.Handle) error
		want error
	}{
		{"write to a handle for reading", os.O_RDONLY, func(h *disk.Handle) error { return writeAt(h, "x", 0) }, syscall.EBADF},
		{"truncate by a handle for reading", os.O_RDONLY, func(h *disk.Handle) error { return h.Truncate(0) }, syscall.EINVAL},
		{"read from a handle for writing", os.O_WRONLY, func(h *disk.Handle) error { _, err := h.Read(make([]byte, 1)); return err }, syscall.EBADF},
		{"write at a place of a handle for appending", os.O_RDWR | os.O_APPEND, func(h *disk.Handle) error { return writeAt(h, "x", 0) }, syscall.EINVAL},
		{"truncate to less than nothing", os.O_RDWR, func(h *disk.Handle) error { return h.Truncate(-1) }, syscall.EINVAL},
		{"truncate to more than a file may hold", os.O_RDWR, func(h *disk.Handle) error { return h.Truncate(1<<30 + 1) }, syscall.EFBIG},
		{"write behind what a file may hold", os.O_RDWR, func(h *disk.Handle) error { return writeAt(h, "x", 1<<30) }, syscall.EFBIG},
		{"write at the end of the number line", os.O_RDWR, func(h *disk.Handle) error { return writeAt(h, "x", 1<<63-1) }, syscall.EFBIG},
		{"seek to before the beginning", os.O_RDWR, seek(-4, io.SeekEnd), syscall.EINVAL},
		{"seek from nowhere", os.O_RDWR, seek(0, 3), syscall.EINVAL},
	} {
		t.Run(test.what, func(t *testing.T) {
			d := inhabited(t)
			if err := test.do(open(t, d, "f", test.flag)); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if s := content(t, d, "f"); s != "abc" {
				t.Errorf("it failed but left %q", s)
			}
		})
	}
}

func TestADeletedFileLivesOnInItsHandles(t *testing.T) {
	d := inhabited(t)
	h := open(t, d, "f", os.O_RDWR)
	must(t, d.Remove("f"))
	create(t, d, "f", "new")
	must(t, writeAt(h, "d", 3))
	must(t, h.Sync())
	b := make([]byte, 4)
	_, err := h.ReadAt(b, 0)
	must(t, err)
	if string(b) != "abcd" || content(t, d, "f") != "new" {
		t.Errorf("the deleted file holds %q and the one in its place %q", b, content(t, d, "f"))
	}
}

func TestAHandleFollowsItsFileThroughARename(t *testing.T) {
	d := inhabited(t)
	h := open(t, d, "f", os.O_RDWR)
	must(t, d.Rename("f", "d/f"))
	must(t, writeAt(h, "x", 0))
	if s := show(t, d); s != "d/ d/f=xbc e/" || h.Name() != "f" {
		t.Errorf("got %q by a handle named %q", s, h.Name())
	}
}

func TestAnAppendingHandleWritesAtTheEndWhereverItIs(t *testing.T) {
	d := inhabited(t)
	h := open(t, d, "f", os.O_RDWR|os.O_APPEND)
	create(t, d, "f", "abcd")
	_, err := h.Write([]byte("e"))
	must(t, err)
	at, err := h.Seek(0, io.SeekCurrent)
	must(t, err)
	if s := content(t, d, "f"); s != "abcde" || at != 5 {
		t.Errorf("the file holds %q, the handle is at %d", s, at)
	}
}

func TestEndOfFileIsReportedAsFilesDo(t *testing.T) {
	h := open(t, inhabited(t), "f", os.O_RDONLY)
	b := make([]byte, 4)
	if n, err := h.ReadAt(b, 1); n != 2 || err != io.EOF {
		t.Errorf("ReadAt beyond the end: %d, %v", n, err)
	}
	if n, err := h.Read(b); n != 3 || err != nil {
		t.Errorf("the Read that reaches the end: %d, %v", n, err)
	}
	if n, err := h.Read(b); n != 0 || err != io.EOF {
		t.Errorf("the Read after it: %d, %v", n, err)
	}
}

func TestAnEmptyWriteBeyondTheEndChangesNothing(t *testing.T) {
	d := inhabited(t)
	must(t, writeAt(open(t, d, "f", os.O_RDWR), "", 100))
	if s := content(t, d, "f"); s != "abc" {
		t.Errorf("the file holds %q", s)
	}
}

func TestStatAndReadDirDescribeAlike(t *testing.T) {
	d := inhabited(t)
	list, err := d.ReadDir(".")
	must(t, err)
	var names []string
	for _, e := range list {
		info, err := e.Info()
		must(t, err)
		names = append(names, info.Name())
		stat, err := d.Stat("./" + e.Name())
		must(t, err)
		if stat != info {
			t.Errorf("Stat says %v and ReadDir %v", stat, info)
		}
	}
	if s := strings.Join(names, " "); s != "d e f" {
		t.Errorf("ReadDir lists %s", s)
	}
	if info, _ := d.Stat("f"); info.Size() != 3 || info.IsDir() {
		t.Errorf("the file f is described as %v", info)
	}
}

func TestACrashEndsAllThatWasOpen(t *testing.T) {
	for name, crash := range map[string]func(*disk.Disk) *disk.Disk{
		"kill":       (*disk.Disk).Kill,
		"power loss": func(d *disk.Disk) *disk.Disk { return d.PowerLoss(rand.New(rand.NewPCG(0, 0))) },
	} {
		t.Run(name, func(t *testing.T) {
			d := disk.New()
			h := durable(t, d, "f", "old")
			must(t, writeAt(h, "new", 0))
			ofFile, err := h.BeginSync()
			must(t, err)
			ofDir, err := d.BeginSyncDir(".")
			must(t, err)
			next := crash(d)
			after := show(t, next)
			_, readErr := h.Read(make([]byte, 1))
			_, openErr := d.OpenFile("f", os.O_RDWR)
			for what, err := range map[string]error{
				"a write":          writeAt(h, "x", 0),
				"a read":           readErr,
				"a close":          h.Close(),
				"a truncation":     h.Truncate(0),
				"an fsync":         h.Sync(),
				"an fsync's end":   ofFile.Complete(),
				"a directory's":    ofDir.Complete(),
				"opening a file":   openErr,
				"removing a file":  d.Remove("f"),
				"making a dir":     d.MkdirAll("d"),
				"renaming a file":  d.Rename("f", "g"),
				"syncing the root": d.SyncDir("."),
			} {
				if !errors.Is(err, fs.ErrClosed) {
					t.Errorf("%s after the crash: %v, want ErrClosed", what, err)
				}
			}
			if s := show(t, next); s != after {
				t.Errorf("the dead changed the new disk from %q to %q", after, s)
			}
		})
	}
}

func TestAKillKeepsWhatWasWrittenButMakesNothingDurable(t *testing.T) {
	d := disk.New()
	h := durable(t, d, "f", "a")
	must(t, writeAt(h, "b", 0))
	create(t, d, "g", "")
	next := d.Kill()
	if s := show(t, next); s != "f=b g=" {
		t.Errorf("the next process finds %q", s)
	}
	got := strings.Join(outcomes(t, next), "; ")
	if want := "f=a; f=a g=; f=b; f=b g="; got != want {
		t.Errorf("a power loss after it leaves %q, want %q", got, want)
	}
}

func TestWhatAPowerLossLeftIsDurable(t *testing.T) {
	d := disk.New()
	must(t, d.MkdirAll("d"))
	create(t, d, "d/f", "abc")
	rng := rand.New(rand.NewPCG(1, 0))
	once := d.PowerLoss(rng)
	if once, twice := show(t, once), show(t, once.PowerLoss(rng)); once != twice {
		t.Errorf("one power loss left %q, and another right after it %q", once, twice)
	}
}

func TestNamesBecomeDurableByThemselvesBeyondABound(t *testing.T) {
	d := disk.New()
	for i := range 500 {
		create(t, d, strconv.Itoa(i), "")
	}
	for seed := range uint64(20) {
		left, err := d.PowerLoss(rand.New(rand.NewPCG(seed, 0))).ReadDir(".")
		must(t, err)
		if len(left) < 500-128 {
			t.Errorf("%d names of 500 are left", len(left))
		}
	}
}

func TestOneSeedLeavesOneDisk(t *testing.T) {
	leave := func() string {
		d := disk.New()
		for i := range 50 {
			create(t, d, strconv.Itoa(i), strings.Repeat("x", 3000))
		}
		return show(t, d.PowerLoss(rand.New(rand.NewPCG(3, 3))))
	}
	first := leave()
	for range 5 {
		if again := leave(); again != first {
			t.Fatalf("one seed left first %q and then %q", first, again)
		}
	}
}

// A log's writer: short records, each followed by an fsync.
func BenchmarkAppendAndSync(b *testing.B) {
	b.ReportAllocs()
	record := make([]byte, 150)
	h := open(b, disk.New(), "log", os.O_RDWR|os.O_CREATE|os.O_APPEND)
	for i := 0; b.Loop(); i++ {
		if i%20_000 == 0 { // 3 MB
			must(b, h.Truncate(0))
		}
		if _, err := h.Write(record); err != nil {
			b.Fatal(err)
		}
		must(b, h.Sync())
	}
}
