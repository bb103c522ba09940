package toolchain

import (
	"os/exec"
	"syscall"
)

// Isolate sets up the process of a built program before it is started: in a
// process group of its own, since a terminal sends Ctrl-C to the whole group in
// front, and a program that died of it would look like one that failed; and not
// to outlive this process, since one that is stuck would compute for ever.
func Isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
