//go:build !unix

package cli

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
)

// become has another program do the rest, with the same arguments, and ends as that
// does.
func become(path string) error {
	signal.Ignore(os.Interrupt) // the other hears of it as well, and decides
	cmd := &exec.Cmd{Path: path, Args: os.Args, Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr}
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		return Tool(fmt.Errorf("starting %s: %w", path, err))
	}
	return &exitError{status: cmd.ProcessState.ExitCode()}
}
