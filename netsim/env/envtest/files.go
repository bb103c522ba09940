package envtest

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"testing"

	"raftian/netsim/env"
)

func filesChecks() []check {
	return []check{
		onFiles("a missing file is ErrNotExist", openMissing),
		onFiles("O_EXCL refuses an existing file", openExclusive),
		onFiles("O_TRUNC empties, no flag keeps", openTruncate),
		onFiles("O_APPEND writes at the end", openAppend),
		onFiles("access is as opened", access),
		onFiles("reading ends with EOF", readToEnd),
		onFiles("a short ReadAt is EOF", readAtShort),
		onFiles("writing beyond the end leaves zeros", writeBeyond),
		onFiles("Seek moves the offset", seek),
		onFiles("Truncate cuts and grows", truncate),
		onFiles("a closed file is ErrClosed", closedFile),
		onFiles("handles of a file see each other's writes", twoHandles),
		onFiles("a file knows its name", fileName),
		onFiles("Sync changes nothing that is seen", syncKeeps),
		{"machines do not share files", apart},
	}
}

// onFiles makes a check of one that needs only a file system.
func onFiles(promise string, keeps func(t *testing.T, fsys env.FS)) check {
	return check{promise, func(t *testing.T, a, _ env.Env) { keeps(t, a.FS()) }}
}

func openMissing(t *testing.T, fsys env.FS) {
	for _, name := range []string{"missing", "no/such/place"} {
		if _, err := fsys.OpenFile(name, os.O_RDWR); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("opening %s: %v; want fs.ErrNotExist", name, err)
		}
	}
	if _, err := fsys.OpenFile("no/such/place", os.O_RDWR|os.O_CREATE); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("creating a file in a missing directory: %v; want fs.ErrNotExist", err)
	}
}

func openExclusive(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "kept")
	if _, err := fsys.OpenFile("f", os.O_RDWR|os.O_CREATE|os.O_EXCL); !errors.Is(err, fs.ErrExist) {
		t.Errorf("creating it anew: %v; want fs.ErrExist", err)
	}
	wantContent(t, fsys, "f", "kept")
	open(t, fsys, "g", os.O_RDWR|os.O_CREATE|os.O_EXCL)
	wantContent(t, fsys, "g", "")
}

func openTruncate(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "content")
	open(t, fsys, "f", os.O_RDWR|os.O_CREATE)
	wantContent(t, fsys, "f", "content")
	open(t, fsys, "f", os.O_RDWR|os.O_TRUNC)
	wantContent(t, fsys, "f", "")
}

func openAppend(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "first")
	f := open(t, fsys, "f", os.O_WRONLY|os.O_APPEND)
	write(t, f, " second")
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		t.Errorf("Seek: %v", err)
	}
	write(t, f, " third")
	wantContent(t, fsys, "f", "first second third")
	if _, err := f.WriteAt([]byte("x"), 0); err == nil {
		t.Error("WriteAt succeeds on a file opened to append")
	}
}

func access(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "content")
	read := open(t, fsys, "f", os.O_RDONLY)
	if _, err := read.Write([]byte("x")); err == nil {
		t.Error("Write succeeds on a file opened to read")
	}
	if _, err := read.WriteAt([]byte("x"), 0); err == nil {
		t.Error("WriteAt succeeds on a file opened to read")
	}
	if err := read.Truncate(0); err == nil {
		t.Error("Truncate succeeds on a file opened to read")
	}
	write := open(t, fsys, "f", os.O_WRONLY)
	if _, err := write.Read(make([]byte, 1)); err == nil || err == io.EOF {
		t.Errorf("Read of a file opened to write: %v; want an error", err)
	}
	wantContent(t, fsys, "f", "content")
}

func readToEnd(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "content")
	f := open(t, fsys, "f", os.O_RDONLY)
	b := make([]byte, 100)
	if n, err := f.Read(b); string(b[:n]) != "content" || err != nil {
		t.Errorf("Read: %q, %v", b[:n], err)
	}
	for range 2 {
		if n, err := f.Read(b); n != 0 || err != io.EOF {
			t.Errorf("Read at the end: %d, %v; want 0, io.EOF", n, err)
		}
	}
	if n, err := f.Read(nil); n != 0 || err != nil {
		t.Errorf("Read of nothing at the end: %d, %v; want 0 and no error", n, err)
	}
}

func readAtShort(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "content")
	f := open(t, fsys, "f", os.O_RDONLY)
	for _, c := range []struct {
		size int
		off  int64
		want string
		err  error
	}{
		{4, 3, "tent", nil},
		{5, 3, "tent", io.EOF},
		{1, 7, "", io.EOF},
		{1, 100, "", io.EOF},
		{0, 100, "", nil},
	} {
		b := make([]byte, c.size)
		if n, err := f.ReadAt(b, c.off); string(b[:n]) != c.want || err != c.err {
			t.Errorf("ReadAt of %d bytes from %d: %q, %v; want %q, %v", c.size, c.off, b[:n], err, c.want, c.err)
		}
	}
	if _, err := f.ReadAt(make([]byte, 1), -1); err == nil || err == io.EOF {
		t.Errorf("ReadAt from -1: %v; want an error", err)
	}
	if got := readAll(t, f); got != "content" {
		t.Errorf("Read after ReadAt: %q; the offset must not have moved", got)
	}
}

func writeBeyond(t *testing.T, fsys env.FS) {
	f := open(t, fsys, "f", os.O_RDWR|os.O_CREATE)
	if _, err := f.WriteAt([]byte("end"), 1000); err != nil {
		t.Fatalf("WriteAt: %v", err)
	}
	wantContent(t, fsys, "f", string(make([]byte, 1000))+"end")
	write(t, f, "begin")
	wantContent(t, fsys, "f", "begin"+string(make([]byte, 995))+"end")
	wantSize(t, f, 1003)
	if _, err := f.WriteAt([]byte("x"), -1); err == nil {
		t.Error("WriteAt succeeds at -1")
	}
}

func seek(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "0123456789")
	f := open(t, fsys, "f", os.O_RDWR)
	for _, c := range []struct {
		offset int64
		whence int
		want   int64
		next   string
	}{
		{4, io.SeekStart, 4, "4"},
		{2, io.SeekCurrent, 7, "7"},
		{-8, io.SeekCurrent, 0, "0"},
		{-1, io.SeekEnd, 9, "9"},
		{0, io.SeekEnd, 10, ""},
	} {
		at, err := f.Seek(c.offset, c.whence)
		if at != c.want || err != nil {
			t.Errorf("Seek(%d, %d): %d, %v; want %d", c.offset, c.whence, at, err, c.want)
		}
		b := make([]byte, 1)
		if n, _ := f.Read(b); string(b[:n]) != c.next {
			t.Errorf("at %d there is %q; want %q", at, b[:n], c.next)
		}
	}
	if _, err := f.Seek(-1, io.SeekStart); err == nil {
		t.Error("Seek succeeds before the beginning")
	}
	if at, err := f.Seek(12, io.SeekStart); at != 12 || err != nil {
		t.Errorf("Seek beyond the end: %d, %v", at, err)
	}
	write(t, f, "!")
	wantContent(t, fsys, "f", "0123456789\x00\x00!")
}

func truncate(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "0123456789")
	f := open(t, fsys, "f", os.O_RDWR)
	for _, c := range []struct {
		size int64
		want string
	}{{4, "0123"}, {7, "0123\x00\x00\x00"}, {0, ""}, {2, "\x00\x00"}} {
		if err := f.Truncate(c.size); err != nil {
			t.Errorf("Truncate(%d): %v", c.size, err)
		}
		wantContent(t, fsys, "f", c.want)
		wantSize(t, f, c.size)
	}
	if err := f.Truncate(-1); err == nil {
		t.Error("Truncate succeeds with -1")
	}
}

func closedFile(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "content")
	f := open(t, fsys, "f", os.O_RDWR)
	if err := f.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
	b := make([]byte, 1)
	_, read := f.Read(b)
	_, readAt := f.ReadAt(b, 0)
	_, write := f.Write(b)
	_, writeAt := f.WriteAt(b, 0)
	_, seek := f.Seek(0, io.SeekStart)
	_, size := f.Size()
	for what, err := range map[string]error{
		"Read": read, "ReadAt": readAt, "Write": write, "WriteAt": writeAt, "Seek": seek, "Size": size,
		"Truncate": f.Truncate(0), "Sync": f.Sync(), "Close": f.Close(),
	} {
		if !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: %v; want fs.ErrClosed", what, err)
		}
	}
	wantContent(t, fsys, "f", "content")
}

func twoHandles(t *testing.T, fsys env.FS) {
	first := open(t, fsys, "f", os.O_RDWR|os.O_CREATE)
	second := open(t, fsys, "f", os.O_RDWR)
	write(t, first, "from the first")
	if got := readAll(t, second); got != "from the first" {
		t.Errorf("the second handle reads %q", got)
	}
	if err := second.Truncate(4); err != nil {
		t.Fatalf("Truncate: %v", err)
	}
	wantSize(t, first, 4)
	write(t, first, "!") // the first handle's offset stays
	wantContent(t, fsys, "f", "from"+string(make([]byte, 10))+"!")
}

func fileName(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d")
	if got := open(t, fsys, "d/f", os.O_RDWR|os.O_CREATE).Name(); got != "d/f" {
		t.Errorf("Name: %q; want what it was opened with", got)
	}
}

func syncKeeps(t *testing.T, fsys env.FS) {
	f := open(t, fsys, "f", os.O_RDWR|os.O_CREATE)
	write(t, f, "content")
	if err := f.Sync(); err != nil {
		t.Errorf("Sync: %v", err)
	}
	if err := fsys.SyncDir("."); err != nil {
		t.Errorf("SyncDir: %v", err)
	}
	write(t, f, " and more")
	wantContent(t, fsys, "f", "content and more")
}

func apart(t *testing.T, a, b env.Env) {
	put(t, a.FS(), "f", "a's")
	if _, err := b.FS().Stat("f"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("b finds a's file: %v; want fs.ErrNotExist", err)
	}
}

// open opens a file until the end of the test.
func open(t *testing.T, fsys env.FS, name string, flag int) env.File {
	t.Helper()
	f, err := fsys.OpenFile(name, flag)
	if err != nil {
		t.Fatalf("opening %s: %v", name, err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// put makes a file with the content.
func put(t *testing.T, fsys env.FS, name, content string) {
	t.Helper()
	f := open(t, fsys, name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC)
	write(t, f, content)
	f.Close()
}

func wantContent(t *testing.T, fsys env.FS, name, want string) {
	t.Helper()
	f := open(t, fsys, name, os.O_RDONLY)
	defer f.Close()
	if got := readAll(t, f); got != want {
		t.Errorf("%s holds %q; want %q", name, got, want)
	}
}

func wantSize(t *testing.T, f env.File, want int64) {
	t.Helper()
	if got, err := f.Size(); got != want || err != nil {
		t.Errorf("Size: %d, %v; want %d", got, err, want)
	}
}

func readAll(t *testing.T, f env.File) string {
	t.Helper()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("reading %s: %v", f.Name(), err)
	}
	return string(b)
}
