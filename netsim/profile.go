package netsim

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime/pprof"
)

// profile begins to write a profile of the processor's time to a file of this process's
// own in a directory; end writes the rest of it. "" is none. The run is the same.
func profile(dir string) (end func(), err error) {
	if dir == "" {
		return func() {}, nil
	}
	f, err := os.Create(filepath.Join(dir, fmt.Sprintf("world-%d.pprof", os.Getpid())))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return pprof.StopCPUProfile, nil
}
