package campaign

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// end kills a world program. One that is stuck is made to dump its goroutines before it
// ends; if it does not, exec.Cmd kills it after its WaitDelay. The thread that computes
// has to get the signal: only it can tell what its goroutine is doing.
func end(p *os.Process, why error) error {
	if !errors.Is(why, errStuck) {
		return p.Kill()
	}
	if thread := running(p.Pid); thread != 0 {
		return syscall.Tgkill(p.Pid, thread, syscall.SIGQUIT)
	}
	return p.Signal(syscall.SIGQUIT)
}

// running is a thread of a process that computes; 0 if none does, or nobody knows.
func running(pid int) int {
	stats, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/stat", pid))
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// proc_pid_stat(5): the number, the name in parentheses, the state.
		words := string(text)
		if _, after, ok := strings.Cut(words[strings.LastIndexByte(words, ')')+1:], " "); ok && strings.HasPrefix(after, "R") {
			thread, _ := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			return thread
		}
	}
	return 0
}
