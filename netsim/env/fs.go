package env

import (
	"io"
	"os"
)

// FS is a machine's file system: the part of package os that a durable store
// needs. Names are slash-separated and relative to the machine's own root.
// Errors match fs.ErrNotExist, fs.ErrExist and fs.ErrClosed with errors.Is.
//
// What survives a power loss: bytes of a file that File.Sync has returned for,
// and names in a directory that SyncDir has returned for. Everything else may
// be lost, kept, or kept in part. Rename replaces its target atomically, but
// it, too, is durable only after SyncDir of the directory. A process kill loses
// nothing that was written.
type FS interface {
	// OpenFile opens name with the flags of package os: O_RDONLY, O_WRONLY,
	// O_RDWR, and O_CREATE, O_EXCL, O_TRUNC, O_APPEND. Permissions are 0o600.
	OpenFile(name string, flag int) (File, error)
	// Remove deletes a file or an empty directory.
	Remove(name string) error
	// Rename moves a file or directory, replacing a file at the target.
	Rename(from, to string) error
	// MkdirAll makes a directory and its parents; an existing one is no error.
	MkdirAll(name string) error
	// ReadDir lists a directory, sorted by name.
	ReadDir(name string) ([]os.DirEntry, error)
	// Stat describes a file or directory.
	Stat(name string) (os.FileInfo, error)
	// SyncDir makes the names in a directory durable.
	SyncDir(name string) error
}

// File is an open file. Offsets and lengths are in bytes.
type File interface {
	io.Reader
	io.ReaderAt
	io.Writer
	io.WriterAt
	io.Seeker
	io.Closer
	// Name is the name the file was opened with.
	Name() string
	// Size is the file's present length.
	Size() (int64, error)
	// Sync makes the file's bytes and length durable.
	Sync() error
	// Truncate sets the file's length.
	Truncate(size int64) error
}
