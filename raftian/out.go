package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// fileToBe refuses a path that cannot become a file, before anything is run
// for it.
func fileToBe(path string) error {
	dir := filepath.Dir(path)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("--out %s: its directory does not exist", path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return fmt.Errorf("--out %s is no file", path)
	}
	return writable(dir, path)
}

// directoryToBe refuses a path that cannot become a directory, before hours of
// work are lost on it.
func directoryToBe(path string) error {
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

// printJSON prints one JSON object for scripts.
func printJSON(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
