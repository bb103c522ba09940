//go:build unix && !solaris && !aix

package toolchain

import (
	"errors"
	"os"
	"syscall"
)

// tryLock locks f unless somebody else has it. Closing f unlocks it.
func tryLock(f *os.File) (held bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) || errors.Is(err, syscall.EINTR) {
		return false, nil
	}
	return err == nil, err
}
