package envtest

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"raftian/netsim/env"
)

func namesChecks() []check {
	return []check{
		onFiles("MkdirAll makes parents, and may be repeated", mkdirAll),
		onFiles("ReadDir lists in order", readDir),
		onFiles("Stat describes files and directories", stat),
		onFiles("a directory is no file", openDirectory),
		onFiles("Remove removes files and empty directories", remove),
		onFiles("a removed file lives on for those who have it open", removeOpen),
		onFiles("Rename replaces a file", renameReplaces),
		onFiles("Rename moves between directories", renameMoves),
		onFiles("Rename moves what a directory holds", renameDirectory),
		onFiles("Rename of what cannot be renamed", renameRefused),
		onFiles("SyncDir of a missing directory is ErrNotExist", syncMissing),
		onFiles("names lead nowhere outside", outside),
	}
}

func mkdirAll(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "a/b/c")
	put(t, fsys, "a/b/c/f", "content")
	mkdir(t, fsys, "a/b/c")
	mkdir(t, fsys, "a")
	wantContent(t, fsys, "a/b/c/f", "content")
	if err := fsys.MkdirAll("a/b/c/f"); err == nil {
		t.Error("MkdirAll succeeds where a file is")
	}
	if err := fsys.MkdirAll("a/b/c/f/g"); err == nil {
		t.Error("MkdirAll succeeds below a file")
	}
}

func readDir(t *testing.T, fsys env.FS) {
	wantNames(t, fsys, ".")
	put(t, fsys, "b", "")
	put(t, fsys, "a", "")
	mkdir(t, fsys, "c/inner")
	put(t, fsys, "B", "")
	put(t, fsys, "a.tmp", "")
	wantNames(t, fsys, ".", "B", "a", "a.tmp", "b", "c/")
	wantNames(t, fsys, "c", "inner/")
	if _, err := fsys.ReadDir("d"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("listing a missing directory: %v; want fs.ErrNotExist", err)
	}
	if _, err := fsys.ReadDir("a"); err == nil {
		t.Error("ReadDir lists a file")
	}
}

func stat(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d")
	put(t, fsys, "d/f", "content")
	for _, c := range []struct {
		name, base string
		dir        bool
	}{{"d/f", "f", false}, {"d", "d", true}} {
		info, err := fsys.Stat(c.name)
		if err != nil {
			t.Errorf("Stat(%s): %v", c.name, err)
			continue
		}
		if info.Name() != c.base || info.IsDir() != c.dir || info.Mode().IsRegular() == c.dir {
			t.Errorf("Stat(%s): %s; want %s, a directory: %v", c.name, fs.FormatFileInfo(info), c.base, c.dir)
		}
		if !c.dir && info.Size() != 7 {
			t.Errorf("Stat(%s): %d bytes; want 7", c.name, info.Size())
		}
	}
	if _, err := fsys.Stat("d/g"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Stat of a missing file: %v; want fs.ErrNotExist", err)
	}
}

func openDirectory(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d")
	for _, flag := range []int{os.O_RDONLY, os.O_RDWR, os.O_RDWR | os.O_CREATE} {
		if f, err := fsys.OpenFile("d", flag); err == nil {
			f.Close()
			t.Errorf("a directory opens with flag %#x", flag)
		}
	}
}

func remove(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d")
	put(t, fsys, "d/f", "content")
	if err := fsys.Remove("d"); err == nil {
		t.Error("Remove removes a directory that holds something")
	}
	wantContent(t, fsys, "d/f", "content")
	for _, name := range []string{"d/f", "d"} {
		if err := fsys.Remove(name); err != nil {
			t.Errorf("Remove(%s): %v", name, err)
		}
		if err := fsys.Remove(name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("Remove(%s) again: %v; want fs.ErrNotExist", name, err)
		}
	}
	wantNames(t, fsys, ".")
}

func removeOpen(t *testing.T, fsys env.FS) {
	put(t, fsys, "f", "old")
	f := open(t, fsys, "f", os.O_RDWR)
	if err := fsys.Remove("f"); err != nil {
		t.Fatalf("Remove: %v", err)
	}
	put(t, fsys, "f", "new")
	if _, err := f.WriteAt([]byte("!"), 3); err != nil {
		t.Errorf("WriteAt: %v", err)
	}
	if got := readAll(t, f); got != "old!" {
		t.Errorf("the removed file holds %q; want %q", got, "old!")
	}
	wantContent(t, fsys, "f", "new")
}

func renameReplaces(t *testing.T, fsys env.FS) {
	put(t, fsys, "new", "new content")
	put(t, fsys, "f", "old")
	old := open(t, fsys, "f", os.O_RDONLY)
	if err := fsys.Rename("new", "f"); err != nil {
		t.Fatalf("Rename: %v", err)
	}
	wantContent(t, fsys, "f", "new content")
	wantNames(t, fsys, ".", "f")
	if got := readAll(t, old); got != "old" {
		t.Errorf("who has the replaced file open reads %q", got)
	}
	if err := fsys.Rename("f", "f"); err != nil {
		t.Errorf("Rename to the same name: %v", err)
	}
	wantContent(t, fsys, "f", "new content")
}

func renameMoves(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "from")
	mkdir(t, fsys, "to")
	put(t, fsys, "from/f", "content")
	f := open(t, fsys, "from/f", os.O_RDWR|os.O_APPEND)
	if err := fsys.Rename("from/f", "to/g"); err != nil {
		t.Fatalf("Rename: %v", err)
	}
	write(t, f, "!")
	wantContent(t, fsys, "to/g", "content!")
	wantNames(t, fsys, "from")
}

func renameDirectory(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d/inner")
	put(t, fsys, "d/inner/f", "content")
	if err := fsys.Rename("d", "e"); err != nil {
		t.Fatalf("Rename: %v", err)
	}
	wantContent(t, fsys, "e/inner/f", "content")
	wantNames(t, fsys, ".", "e/")
}

func renameRefused(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "full/inner")
	mkdir(t, fsys, "d")
	put(t, fsys, "f", "content")
	for _, c := range []struct{ from, to, why string }{
		{"missing", "g", "there is nothing to rename"},
		{"f", "no/such/place", "the target's directory is missing"},
		{"f", "d", "a directory is at the target"},
		{"d", "f", "a file is at the target"},
		{"d", "full", "a full directory is at the target"},
		{"full", "full/inner/deeper", "a directory cannot move into itself"},
	} {
		if err := fsys.Rename(c.from, c.to); err == nil {
			t.Errorf("Rename(%s, %s) succeeds, though %s", c.from, c.to, c.why)
		}
	}
	if err := fsys.Rename("missing", "g"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Rename of nothing: %v; want fs.ErrNotExist", err)
	}
	wantNames(t, fsys, ".", "d/", "f", "full/")
}

func syncMissing(t *testing.T, fsys env.FS) {
	if err := fsys.SyncDir("missing"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("SyncDir: %v; want fs.ErrNotExist", err)
	}
}

func outside(t *testing.T, fsys env.FS) {
	mkdir(t, fsys, "d")
	put(t, fsys, "f", "content")
	for _, name := range []string{"..", "../f", "d/../../f", "/f", "/", ""} {
		if f, err := fsys.OpenFile(name, os.O_RDWR|os.O_CREATE); err == nil {
			f.Close()
			t.Errorf("OpenFile(%q) succeeds", name)
		}
		if _, err := fsys.Stat(name); err == nil {
			t.Errorf("Stat(%q) succeeds", name)
		}
		if _, err := fsys.ReadDir(name); err == nil {
			t.Errorf("ReadDir(%q) succeeds", name)
		}
		for what, err := range map[string]error{
			"Remove": fsys.Remove(name), "MkdirAll": fsys.MkdirAll(name), "SyncDir": fsys.SyncDir(name),
			"Rename from": fsys.Rename(name, "g"), "Rename to": fsys.Rename("f", name),
		} {
			if err == nil {
				t.Errorf("%s %q succeeds", what, name)
			}
		}
	}
	wantNames(t, fsys, ".", "d/", "f")
}

func mkdir(t *testing.T, fsys env.FS, name string) {
	t.Helper()
	if err := fsys.MkdirAll(name); err != nil {
		t.Fatalf("MkdirAll(%s): %v", name, err)
	}
}

// wantNames checks what a directory lists; directories among the names end with
// a slash.
func wantNames(t *testing.T, fsys env.FS, dir string, want ...string) {
	t.Helper()
	entries, err := fsys.ReadDir(dir)
	if err != nil {
		t.Errorf("ReadDir(%s): %v", dir, err)
	}
	var got []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() {
			name += "/"
		}
		got = append(got, name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s holds %q; want %q", dir, got, want)
	}
}
