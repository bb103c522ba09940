//go:build !linux

package campaign

import (
	"errors"
	"os"
	"syscall"
)

// end kills a world program. One that is stuck is made to dump its goroutines before it
// ends; if it does not, exec.Cmd kills it after its WaitDelay.
func end(p *os.Process, why error) error {
	if !errors.Is(why, errStuck) || p.Signal(syscall.SIGQUIT) != nil {
		return p.Kill()
	}
	return nil
}
