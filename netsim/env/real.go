package env

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// RealOptions describe a real Env.
type RealOptions struct {
	ID     string
	Args   []string
	Script []Call
	// Dir is the directory that the Env's file names are relative to. It is
	// made if it does not exist.
	Dir string
	// Emit is given what the program reports; nil drops it. It may be called
	// by several goroutines at once.
	Emit func(Instant, Note)
	// Stopping is closed by the owner to ask the program to end; nil never asks.
	Stopping <-chan struct{}
	// Exit ends the process, with status 0 or 1; nil is os.Exit. The Env's Exit
	// ends the goroutine that calls it should this return.
	Exit func(status int)
}

// Real is the Env of a program that runs on a real machine: os and net.
type Real struct {
	o     RealOptions
	root  *os.Root
	begun time.Time
}

var _ Env = (*Real)(nil)

// NewReal returns the Env of a real machine. Close it when the program has
// ended.
func NewReal(o RealOptions) (*Real, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the data directory: %w", err)
	}
	root, err := os.OpenRoot(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the data directory: %w", err)
	}
	return &Real{o: o, root: root, begun: time.Now()}, nil
}

// Close lets go of the data directory.
func (r *Real) Close() error { return r.root.Close() }

func (r *Real) ID() string       { return r.o.ID }
func (r *Real) Args() []string   { return r.o.Args }
func (r *Real) Script() []Call   { return r.o.Script }
func (r *Real) Now() Instant     { return Instant(time.Since(r.begun)) }
func (r *Real) FS() FS           { return realFS{r.root} }
func (r *Real) OnCrash(_ func()) {}

// Stopping implements Env.
func (r *Real) Stopping() <-chan struct{} { return r.o.Stopping }

// Exit implements Env: it reports the error, as a note of kind KindDiag, and ends
// the process. Starting it again is for the machine's own supervisor.
func (r *Real) Exit(err error) {
	status := 0
	if err != nil {
		status = 1
		r.Emit(Note{Kind: KindDiag, Text: "the program ends: " + err.Error()})
	}
	exit := r.o.Exit
	if exit == nil {
		exit = os.Exit
	}
	exit(status)
	runtime.Goexit()
}

func (r *Real) Listen(address string) (net.Listener, error) { return net.Listen("tcp", address) }

func (r *Real) Dial(address string, timeout time.Duration) (net.Conn, error) {
	return net.DialTimeout("tcp", address, timeout)
}

func (r *Real) Emit(n Note) {
	if r.o.Emit != nil {
		r.o.Emit(r.Now(), n)
	}
}

// realFS is an FS below a directory that names cannot lead out of.
type realFS struct{ root *os.Root }

// realFile is an open file. An os.File that was opened below an os.Root has the
// root's path in its name.
type realFile struct {
	*os.File
	name string
}

func (f realFile) Name() string { return f.name }

func (f realFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (f realFS) OpenFile(name string, flag int) (File, error) {
	file, err := f.root.OpenFile(filepath.FromSlash(name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	// A directory opens for reading on Unix; it is no File.
	if info, err := file.Stat(); err != nil || info.IsDir() {
		return nil, errors.Join(&os.PathError{Op: "open", Path: name, Err: syscall.EISDIR}, err, file.Close())
	}
	return realFile{file, name}, nil
}

func (f realFS) Remove(name string) error { return f.root.Remove(filepath.FromSlash(name)) }

func (f realFS) Rename(from, to string) error {
	return f.root.Rename(filepath.FromSlash(from), filepath.FromSlash(to))
}

func (f realFS) MkdirAll(name string) error {
	return f.root.MkdirAll(filepath.FromSlash(name), 0o700)
}

func (f realFS) ReadDir(name string) ([]os.DirEntry, error) {
	dir, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(entries, func(a, b os.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, nil
}

func (f realFS) Stat(name string) (os.FileInfo, error) { return f.root.Stat(filepath.FromSlash(name)) }

func (f realFS) SyncDir(name string) error {
	dir, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
