package disk_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"raftian/netsim/disk"
	"raftian/netsim/env"
)

var _ env.File = (*disk.Handle)(nil)

// must fails the test if a step that prepares it does.
func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t rapid.TB, d *disk.Disk, name string, flag int) *disk.Handle {
	t.Helper()
	h, err := d.OpenFile(name, flag)
	must(t, err)
	return h
}

// create makes a file that holds text, unsynced.
func create(t rapid.TB, d *disk.Disk, name, text string) *disk.Handle {
	t.Helper()
	h := open(t, d, name, os.O_RDWR|os.O_CREATE)
	_, err := h.Write([]byte(text))
	must(t, err)
	return h
}

// durable makes a file that holds text, with all of it durable.
func durable(t rapid.TB, d *disk.Disk, name, text string) *disk.Handle {
	t.Helper()
	h := create(t, d, name, text)
	must(t, h.Sync())
	syncDir(t, d, name[:max(0, strings.LastIndex(name, "/"))])
	return h
}

func syncDir(t rapid.TB, d *disk.Disk, name string) {
	t.Helper()
	if name == "" {
		name = "."
	}
	must(t, d.SyncDir(name))
}

// content is all of a file, read by a handle of its own.
func content(t rapid.TB, d *disk.Disk, name string) string {
	t.Helper()
	h := open(t, d, name, os.O_RDONLY)
	defer h.Close()
	b, err := io.ReadAll(h)
	must(t, err)
	return string(b)
}

// walk calls f for every name on the disk: sorted, parents first, directories
// with a slash at the end.
func walk(t rapid.TB, d *disk.Disk, f func(name string)) {
	t.Helper()
	var in func(dir string)
	in = func(dir string) {
		list, err := d.ReadDir(dir)
		must(t, err)
		for _, e := range list {
			name := strings.TrimPrefix(dir+"/"+e.Name(), "./")
			if !e.IsDir() {
				f(name)
				continue
			}
			f(name + "/")
			in(name)
		}
	}
	in(".")
}

// show describes all that is on a disk, such as "d/ d/f=ab_" with "_" for a zero
// byte and "512a" for many; "nothing" if it is empty.
func show(t rapid.TB, d *disk.Disk) string {
	t.Helper()
	var list []string
	walk(t, d, func(name string) {
		if !strings.HasSuffix(name, "/") {
			name += "=" + runs(content(t, d, name))
		}
		list = append(list, name)
	})
	if len(list) == 0 {
		return "nothing"
	}
	return strings.Join(list, " ")
}

func runs(s string) string {
	var b strings.Builder
	for s != "" {
		n := len(s) - len(strings.TrimLeft(s, s[:1]))
		char := strings.ReplaceAll(s[:1], "\x00", "_")
		if n > 3 {
			fmt.Fprintf(&b, "%d%s", n, char)
		} else {
			b.WriteString(strings.Repeat(char, n))
		}
		s = s[n:]
	}
	return b.String()
}

// outcomes are all the disks that many power losses left, in words, sorted.
func outcomes(t rapid.TB, d *disk.Disk) []string {
	t.Helper()
	seen := map[string]bool{}
	var list []string
	for seed := range uint64(2000) {
		s := show(t, d.PowerLoss(rand.New(rand.NewPCG(seed, 0))))
		if !seen[s] {
			seen[s] = true
			list = append(list, s)
		}
	}
	slices.Sort(list)
	return list
}
