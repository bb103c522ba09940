package toolchain_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"raftian/netsim/toolchain"
)

// ownProgram is this test's own executable as a Program: any Go program will do.
func ownProgram(t *testing.T) toolchain.Program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(text)
	return toolchain.Program{Path: self, Digest: hex.EncodeToString(sum[:]), GoVersion: "go1.26.8", Raft: "v1.8.0", Like: "v1.8.0", Mends: "a,b"}
}

// programFile is a file with a program.
func programFile(t *testing.T, p toolchain.Program) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.Write(&b, "example.org/world"); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAProgramFileGivesBackTheProgram(t *testing.T) {
	p := ownProgram(t)
	file := programFile(t, p)
	back, about, err := toolchain.OpenProgramFile(file, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if about.World != "example.org/world" || about.System != toolchain.Host() {
		t.Errorf("it is about %+v", about)
	}
	was, _ := os.ReadFile(p.Path)
	is, err := os.ReadFile(back.Path)
	if err != nil || !bytes.Equal(was, is) {
		t.Errorf("the executable is another: %d and %d bytes, %v", len(was), len(is), err)
	}
	info, err := os.Stat(back.Path)
	if err != nil || info.Mode()&0o100 == 0 {
		t.Errorf("it cannot be started: %v, %v", info.Mode(), err)
	}
	back.Path = p.Path
	if back != p {
		t.Errorf("it is %+v; want %+v", back, p)
	}
}

func TestAFileThatIsNoWholeProgramFileIsRefused(t *testing.T) {
	file := programFile(t, ownProgram(t))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(whole)
	changed[len(changed)/2] ^= 1
	other := bytes.Replace(whole, []byte(`"system":"`+toolchain.Host()), []byte(`"system":"`+strings.Repeat("x", len(toolchain.Host()))), 1)
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"empty":               {nil, toolchain.ErrNoProgramFile.Error()},
		"an executable alone": {whole[:len(whole)/2], toolchain.ErrNoProgramFile.Error()},
		"cut in the last line": {
			whole[:len(whole)-2], toolchain.ErrNoProgramFile.Error()},
		"only the end":         {whole[len(whole)-60:], toolchain.ErrNoProgramFile.Error()},
		"one bit changed":      {changed, "damaged"},
		"for another computer": {other, "and this is " + toolchain.Host()},
	} {
		path := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := toolchain.OpenProgramFile(path, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, _, err := toolchain.OpenProgramFile(filepath.Join(t.TempDir(), "none"), ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
