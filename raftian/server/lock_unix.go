//go:build unix && !solaris && !aix

package server

import (
	"errors"
	"os"
	"syscall"
)

// lock keeps others from a data directory, and returns what lets them in again. The
// kernel does so for a process that dies.
func lock(path string) (release func(), err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, refuse("locking the data directory: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, refuse("another node runs on this data directory: %s is locked", path)
		}
		return nil, refuse("locking the data directory: %w", err)
	}
	return func() { f.Close() }, nil
}
