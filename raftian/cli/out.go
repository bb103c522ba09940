package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// FileToBe refuses a path that cannot become a file, before anything is run
// for it.
func FileToBe(path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("--out %s: its directory does not exist", path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("--out %s is no file", path)
	}
	return writable(dir, path)
}

// DirectoryToBe refuses a path that cannot become a directory, before hours of
// work are lost on it.
func DirectoryToBe(path string) error {
	above := filepath.Clean(path)
	for {
		info, err := os.Stat(above)
		switch {
		case err == nil && info.IsDir():
			return writable(above, path)
		case err == nil:
			return fmt.Errorf("--out %s: %s is not a directory", path, above)
		case above == filepath.Dir(above):
			return fmt.Errorf("--out %s: %w", path, err)
		}
		above = filepath.Dir(above)
	}
}

// writable tries whether a file can be made in a directory: permissions alone
// do not tell, as on a file system that is read-only.
func writable(dir, path string) error {
	f, err := os.CreateTemp(dir, ".raftian-*")
	if err != nil {
		return fmt.Errorf("--out %s: cannot write to %s", path, dir)
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
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
