package store

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"sync"

	"raftian/netsim/env"
)

// volume is what the parts of a Store share: the FS, the callback for damage, and the
// first failure, after which the disk is not used any more.
type volume struct {
	fs     env.FS
	report func(what string)
	bug    string // planted bug; "" is none

	mu     sync.Mutex
	failed error
}

func newVolume(fs env.FS, report func(string)) *volume {
	if report == nil {
		report = func(string) {}
	}
	return &volume{fs: fs, report: report}
}

// usable returns the error that failed the volume, or nil.
func (v *volume) usable() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.failed
}

// fail fails the volume and returns its first error.
func (v *volume) fail(err error) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.failed == nil {
		v.failed = err
	}
	return v.failed
}

// reportDamage reports err if it is a *CorruptError, and returns it.
func (v *volume) reportDamage(err error) error {
	var damage *CorruptError
	if errors.As(err, &damage) {
		v.report(damage.describe())
	}
	return err
}

// syncParents makes the names on the path to dir durable, dir's included. A process may
// have been killed between creating a directory and syncing its parent, so an existing
// one need not be durable.
func (v *volume) syncParents(dir string) error {
	var parents []string
	for dir = path.Clean(dir); dir != "." && dir != "/"; {
		dir = path.Dir(dir)
		parents = append(parents, dir)
	}
	for _, parent := range slices.Backward(parents) {
		if err := v.fs.SyncDir(parent); err != nil {
			return fmt.Errorf("sync directory %s: %w", parent, err)
		}
	}
	return nil
}
