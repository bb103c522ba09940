package toolchain

import (
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// A program file is a world program that can be carried to another computer: the
// executable, and behind it, where no system that runs it looks, a line of JSON that says
// what it was built from, and that line's length in a last line of fixed size. Without the
// two lines it is the executable to the byte, so its digest is the same everywhere.

// About says what a program file was built from.
type About struct {
	World  string `json:"world"`           // package of the world program
	Digest string `json:"digest"`          // SHA-256 of the executable, hexadecimal
	Go     string `json:"go"`              // such as "go1.26.8"
	Raft   string `json:"raft,omitempty"`  // as in Program
	Like   string `json:"like,omitempty"`  // as in Program
	Mends  string `json:"mends,omitempty"` // as in Program
	System string `json:"system"`          // GOOS/GOARCH that it runs on
}

const (
	lastLine = "raftian-program-1 %8d\n"
	lastSize = len("raftian-program-1 ") + 8 + 1
)

// ErrNoProgramFile says that a file is no program file.
var ErrNoProgramFile = errors.New("it is no world program that raftian build has written")

// Host is GOOS/GOARCH of this computer.
func Host() string { return runtime.GOOS + "/" + runtime.GOARCH }

// System is GOOS/GOARCH of the computers that a program runs on.
func (p Program) System() (string, error) {
	info, err := buildinfo.ReadFile(p.Path)
	if err != nil {
		return "", fmt.Errorf("reading the built program: %w", err)
	}
	var system, machine string
	for _, s := range info.Settings {
		switch s.Key {
		case "GOOS":
			system = s.Value
		case "GOARCH":
			machine = s.Value
		}
	}
	return system + "/" + machine, nil
}

// Write writes the program as a program file. world is the package that it was built from.
func (p Program) Write(w io.Writer, world string) error {
	text, err := os.ReadFile(p.Path)
	if err != nil {
		return fmt.Errorf("reading the built program: %w", err)
	}
	system, err := p.System()
	if err != nil {
		return err
	}
	about, err := json.Marshal(About{World: world, Digest: p.Digest, Go: p.GoVersion, Raft: p.Raft, Like: p.Like, Mends: p.Mends, System: system})
	if err != nil {
		return err
	}
	if _, err = w.Write(text); err == nil {
		_, err = fmt.Fprintf(w, "\n%s\n"+lastLine, about, len(about))
	}
	return err
}

// OpenProgramFile reads a program file and puts the executable into the cache, "" being
// CacheDir(), where a change of the file does not reach it. What is not a whole program
// file for this computer is an error of one line, which names the file.
func OpenProgramFile(path, cache string) (Program, About, error) {
	if cache == "" {
		cache = CacheDir()
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Program{}, About{}, err
	}
	text, about, err := cutAbout(text)
	if err == nil && about.System != Host() {
		err = fmt.Errorf("it runs on %s, and this is %s", about.System, Host())
	}
	if err != nil {
		return Program{}, About{}, fmt.Errorf("%s: %w", path, err)
	}
	p := Program{Digest: about.Digest, GoVersion: about.Go, Raft: about.Raft, Like: about.Like, Mends: about.Mends}
	if p.Path, err = keepBytes(cache, text, about.Digest); err != nil {
		return Program{}, About{}, err
	}
	return p, about, nil
}

// cutAbout parts the executable in a program file from what is behind it, and checks that
// it is whole.
func cutAbout(text []byte) ([]byte, About, error) {
	var size int
	last := max(0, len(text)-lastSize)
	if n, err := fmt.Sscanf(string(text[last:]), lastLine, &size); n != 1 || err != nil || size <= 0 || size+2 > last {
		return nil, About{}, ErrNoProgramFile
	}
	var about About
	line := text[last-1-size : last-1]
	if err := json.Unmarshal(line, &about); err != nil || text[last-2-size] != '\n' {
		return nil, About{}, ErrNoProgramFile
	}
	text = text[:last-2-size]
	if sum := sha256.Sum256(text); hex.EncodeToString(sum[:]) != about.Digest {
		return nil, About{}, errors.New("the program in it is damaged: its digest is another than was written")
	}
	return text, about, nil
}
