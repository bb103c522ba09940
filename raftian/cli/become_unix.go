//go:build unix

package cli

import (
	"fmt"
	"os"
	"syscall"
)

// become has another program go on in this process, with the same arguments. It
// returns only if it cannot.
func become(path string) error {
	return Tool(fmt.Errorf("starting %s: %w", path, syscall.Exec(path, os.Args, os.Environ())))
}
