package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// Out is standard output. A write that fails is not forgotten: the program ends with
// an error then, whatever else it has to say.
var Out = &output{}

type output struct {
	mu  sync.Mutex
	err error // the first
}

// Write implements io.Writer.
func (o *output) Write(b []byte) (int, error) {
	n, err := os.Stdout.Write(b)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
	return n, err
}

// failed is the first error of a write.
func (o *output) failed() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// FileToBe refuses a flag's path that cannot become a file, before anything is run
// for it, or that is one of the files that are about to be read. It returns the path
// to write to, behind whatever links there are.
func FileToBe(flag, path string, inputs ...string) (string, error) {
	info, err := os.Stat(path)
	if err == nil {
		if !info.Mode().IsRegular() {
			return "", fmt.Errorf("%s %s is no file", flag, path)
		}
		for _, input := range inputs {
			if in, err := os.Stat(input); err == nil && os.SameFile(in, info) {
				return "", fmt.Errorf("%s %s is what is to be read", flag, path)
			}
		}
		if out, err := os.Stdout.Stat(); err == nil && os.SameFile(out, info) {
			return "", fmt.Errorf("%s %s is standard output", flag, path)
		}
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return "", fmt.Errorf("%s: %w", flag, err)
		}
	} else if link, err := os.Lstat(path); err == nil && link.Mode()&os.ModeSymlink != 0 {
		return "", fmt.Errorf("%s %s is a link to a file that is not there", flag, path)
	}
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || path == "" {
		return "", fmt.Errorf("%s %s: its directory does not exist", flag, path)
	}
	return path, writable(flag, dir, path)
}

// DirectoryToBe refuses a flag's path that cannot become a directory, before hours of
// work are lost on it.
func DirectoryToBe(flag, path string) error {
	above := filepath.Clean(path)
	for {
		info, err := os.Stat(above)
		switch {
		case err == nil && info.IsDir():
			return writable(flag, above, path)
		case err == nil:
			return fmt.Errorf("%s %s: %s is not a directory", flag, path, above)
		case above == filepath.Dir(above):
			return fmt.Errorf("%s %s: %w", flag, path, err)
		}
		above = filepath.Dir(above)
	}
}

// writable tries whether a file can be made in a directory: permissions alone
// do not tell, as on a file system that is read-only.
func writable(flag, dir, path string) error {
	f, err := os.CreateTemp(dir, ".raftian-*")
	if err != nil {
		return fmt.Errorf("%s %s: cannot write to %s", flag, path, dir)
	}
	_ = f.Close()
	return os.Remove(f.Name())
}

// WriteFile gives a file its name only once all of it is written; if anything
// fails, none is left, and one that was there stays.
func WriteFile(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644) // CreateTemp's files are private
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// printJSON prints one JSON object for scripts.
func printJSON(v any) error {
	enc := json.NewEncoder(Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
