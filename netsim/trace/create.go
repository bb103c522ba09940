//go:build !raftian_no_run_files

package trace

import (
	"fmt"
	"os"
	"path/filepath"
)

// File writes a run file to disk. Until it is closed it has a name of its own,
// NAME.….partial, which a killed process leaves behind, readable up to the cut.
type File struct {
	*Writer
	f    *os.File
	path string
}

// Create begins the run file at path. The file gets that name, replacing one
// that has it, when it is closed; Abort drops it.
func Create(path string, h Header) (*File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial")
	if err != nil {
		return nil, fmt.Errorf("create a run file: %w", err)
	}
	w, err := NewWriter(f, h)
	file := &File{w, f, path}
	if err == nil {
		err = f.Chmod(0o644) // CreateTemp's files are private
	}
	if err != nil {
		_ = file.Abort()
		return nil, fmt.Errorf("create a run file: %w", err)
	}
	return file, nil
}

// Close writes the trailer and gives the file its name. If it fails, no file is
// left. It does not sync: a run can be made again from its plan.
func (f *File) Close(t Trailer) error {
	err := f.Writer.Close(t)
	if err == nil {
		err = f.f.Close()
	}
	if err == nil {
		err = os.Rename(f.f.Name(), f.path)
	}
	if err != nil {
		_ = f.Abort()
		return fmt.Errorf("finish %s: %w", f.path, err)
	}
	return nil
}

// Abort removes what was written. After Close it does nothing.
func (f *File) Abort() error {
	_ = f.f.Close()
	if err := os.Remove(f.f.Name()); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("drop a run file: %w", err)
	}
	return nil
}
