//go:build unix && !solaris && !aix

package server

import (
	"errors"
	"os"
	"syscall"
)

// lock takes an exclusive lock on a data directory and returns its release. The kernel
// releases it if the process dies.
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
