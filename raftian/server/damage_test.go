package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// usedNode returns the options of a node that was stopped after commands and snapshots,
// and its last answer.
func usedNode(t *testing.T) (Options, *apiv1.StatusResponse) {
	o := singleNode(t)
	o.Settings = append(o.Settings, "snapshot-threshold=10", "snapshot-interval=10ms", "trailing=5")
	s := start(t, o)
	p := clientOf("p", s)
	do(t, p, "add n2")
	for range 30 {
		do(t, p, "n1 attack n2")
		do(t, p, "add n2")
	}
	eventually(t, "there is a snapshot", func() bool { return s.View().Snapshot > 10 })
	eventually(t, "the watermark is saved", func() bool {
		m, err := readWatermark(o.Dir)
		return err == nil && m.Committed == s.View().Commit && m.Term == s.View().Term && m.Voted == m.Term
	})
	answer := look(t, p, apiv1.Read_READ_LOCAL)
	stop(t, s)
	return o, answer
}

// A node whose store has one damaged file is refused in one line, or answers as before.
func TestDamagedStoreRefusedOrRepaired(t *testing.T) {
	t.Parallel()
	o, want := usedNode(t)
	damages := map[string]func(path string, b []byte) error{
		"a bit flipped at the beginning": func(path string, b []byte) error { b[0] ^= 1; return os.WriteFile(path, b, 0o600) },
		"a bit flipped in the middle":    func(path string, b []byte) error { b[len(b)/2] ^= 4; return os.WriteFile(path, b, 0o600) },
		"a bit flipped at the end":       func(path string, b []byte) error { b[len(b)-1] ^= 128; return os.WriteFile(path, b, 0o600) },
		"cut in the middle":              func(path string, b []byte) error { return os.Truncate(path, int64(len(b)/2)) },
		"a byte cut off":                 func(path string, b []byte) error { return os.Truncate(path, int64(len(b)-1)) },
		"empty":                          func(path string, _ []byte) error { return os.Truncate(path, 0) },
		"gone":                           func(path string, _ []byte) error { return os.Remove(path) },
		"zeros":                          func(path string, b []byte) error { return os.WriteFile(path, make([]byte, len(b)), 0o600) },
		"random bytes behind it":         func(path string, b []byte) error { return os.WriteFile(path, append(b, "garbage"...), 0o600) },
	}
	refusals, repairs := 0, 0
	for _, file := range filesOf(t, filepath.Join(o.Dir, "raft")) {
		for name, damage := range damages {
			copied := o
			copied.Dir = t.TempDir()
			if err := os.CopyFS(copied.Dir, os.DirFS(o.Dir)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(copied.Dir, "raft", file)
			b := read(t, path)
			if len(b) == 0 {
				continue
			}
			if err := damage(path, b); err != nil {
				t.Fatal(err)
			}
			if words, ok := refusedOrAnswers(t, copied, want); !ok {
				t.Errorf("%s, %s: %s", file, name, words)
			} else if words == "" {
				repairs++
			} else {
				refusals++
				if testing.Verbose() {
					t.Logf("%s, %s: %s", file, name, strings.ReplaceAll(words, copied.Dir, "DIR"))
				}
			}
		}
	}
	t.Logf("%d damages were refused, and after %d the node answered as before", refusals, repairs)
	if refusals == 0 || repairs == 0 {
		t.Error("that is not both")
	}
}

// refusedOrAnswers starts a node. It reports !ok unless the node is refused in one
// line, which it returns, or answers as want.
func refusedOrAnswers(t *testing.T, o Options, want *apiv1.StatusResponse) (words string, ok bool) {
	s, err := Start(t.Context(), o)
	if err != nil {
		r := (*Refusal)(nil)
		return err.Error(), errors.As(err, &r) && !strings.Contains(err.Error(), "\n")
	}
	defer stop(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	answer, err := clientOf("q", s).Look(ctx, 1, &apiv1.StatusRequest{Read: apiv1.Read_READ_VERIFIED})
	if err != nil {
		return err.Error(), false
	}
	if answer.GetOutput() != want.GetOutput() || answer.GetIndex() != want.GetIndex() {
		return fmt.Sprintf("it answered %v; want %v", answer, want), false
	}
	return "", true
}

// filesOf lists the files below a directory.
func filesOf(t *testing.T, dir string) (list []string) {
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			list = append(list, path)
		}
		return err
	})
	if err != nil || len(list) < 3 {
		t.Fatalf("the store has the files %v, %v", list, err)
	}
	return list
}

// A store that was deleted is not taken for a new one while the identity file exists.
func TestDeletedStoreRefused(t *testing.T) {
	t.Parallel()
	o, _ := usedNode(t)
	if err := os.RemoveAll(filepath.Join(o.Dir, "raft")); err != nil {
		t.Fatal(err)
	}
	refused(t, o, "has lost entries: it ends at 0")
	write(t, watermarkPath(o.Dir), []byte(`{"committed":12`))
	refused(t, o, "cannot be read: ")
}

// A node whose disk is full ends. The others continue, and so does it once there is
// room.
func TestFullDiskStopsOnlyItsNode(t *testing.T) {
	t.Parallel()
	small := t.TempDir()
	if err := mountSmall(small, 2<<20); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := unmount(small); err != nil {
			t.Error(err)
		}
	})
	list := threeNodes(t)
	list[0].Dir = filepath.Join(small, "n1")
	var nodes []*Server
	for _, o := range list {
		s, err := Start(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, s)
	}
	t.Cleanup(func() { stop(t, nodes[1]); stop(t, nodes[2]) })
	p := clientOf("p", nodes[1], nodes[2])
	do(t, p, "n1 attack n2")
	fill := filepath.Join(small, "fill")
	if err := fillUp(fill); err == nil {
		t.Fatal("the disk is not full")
	}
	var ended error
	for deadline := time.Now().Add(30 * time.Second); ended == nil && time.Now().Before(deadline); {
		do(t, p, "n2 attack n3")
		do(t, p, "add n3") // an entry is appended even if the rules reject it
		select {
		case ended = <-nodes[0].Failed():
		default:
		}
	}
	if ended == nil || !strings.Contains(ended.Error(), "no space left on device") {
		t.Fatalf("on a full disk the node ended with %v", ended)
	}
	go func() { // the node shares this process, so its resources are freed here
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = nodes[0].Stop(ctx)
	}()
	last := do(t, p, "n2 attack n3").GetIndex()
	eventually(t, "the directory is free again", func() bool {
		release, err := lock(filepath.Join(list[0].Dir, "lock"))
		if err == nil {
			release()
		}
		return err == nil
	})

	// It cannot start while the disk is full. With room it resumes.
	rest := filepath.Join(small, "rest")
	if err := fillUp(rest); err == nil {
		t.Fatal("the disk is not full")
	}
	refused(t, list[0], "no space left on device")
	remove(t, fill)
	remove(t, rest)
	back := start(t, list[0])
	eventually(t, "the node has caught up", func() bool { return back.View().Applied >= last })
	here := look(t, clientOf("q", back), apiv1.Read_READ_LOCAL)
	there := look(t, api.NewClient(api.ClientOptions{Nodes: []string{nodes[1].API()}}), apiv1.Read_READ_LOCAL)
	if here.GetOutput() != there.GetOutput() {
		t.Errorf("it says %v, and another %v", here, there)
	}
}

// fillUp writes to a file until there is no room.
func fillUp(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	for size := 64 << 10; size > 0; size /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, size))
		}
	}
	return err
}

// A node whose directory was emptied has lost its votes, and its peers, which have seen
// it, make it refuse to start. With the setting disk it is readmitted at another
// address.
func TestNodeWithEmptiedDirectoryRefused(t *testing.T) {
	t.Parallel()
	list := threeNodes(t)
	nodes := []*Server{start(t, list[0]), start(t, list[1]), start(t, list[2])}
	p := clientOf("p", nodes[0], nodes[1])
	do(t, p, "n1 attack n2")
	eventually(t, "another node has seen n3", func() bool {
		return slices.Contains(nodes[0].network.seen.all(), "n3") || slices.Contains(nodes[1].network.seen.all(), "n3")
	})
	stop(t, nodes[2])
	if err := os.RemoveAll(list[2].Dir); err != nil {
		t.Fatal(err)
	}
	refused(t, list[2], "has seen n3 before")
	again := list[2]
	again.Settings = append(slices.Clone(again.Settings), "disk=1")
	n3 := start(t, again)
	eventually(t, "n3 votes again, at another address", func() bool {
		for _, m := range nodes[0].View().Members {
			if m.ID == "n3" {
				return m.Suffrage == "voter" && m.Raft != again.Raft && n3.View().Applied >= nodes[0].View().Applied
			}
		}
		return false
	})
	do(t, p, "n2 attack n1")
}
