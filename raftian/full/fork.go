package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"raftian/game/replay"
	"raftian/netsim/plan"
	"raftian/netsim/trace"
	"raftian/raftian/campaign"
	"raftian/raftian/cli"
)

// forks makes runs of plans that were changed in the viewer, and keeps them in a
// directory for as long as that is open.
type forks struct {
	header  trace.Header // of the run that they come of
	name    string       // of its file
	again   cli.Again    // with what it is run again
	dir     string
	program *campaign.Program
	count   int
}

// run makes a run. The World program is built at the first one. At most one is made at
// a time.
func (f *forks) run(ctx context.Context, p plan.Plan) (*replay.Run, string, error) {
	var err error
	if f.dir == "" {
		if f.dir, err = os.MkdirTemp("", "raftian-forks-"); err != nil {
			return nil, "", err
		}
	}
	if f.program == nil {
		if f.program, err = f.again.Build(ctx, f.header); err != nil {
			return nil, "", err
		}
	}
	result, err := f.program.Run(ctx, p)
	if err != nil {
		return nil, "", err
	}
	f.count++
	file := filepath.Join(f.dir, fmt.Sprintf("%d.run", f.count))
	if err := result.Save(file, f.program); err != nil {
		return nil, "", err
	}
	from, err := trace.Open(file)
	if err != nil {
		return nil, "", err
	}
	defer from.Close()
	run, err := replay.Read(from, func(int) bool { return ctx.Err() == nil })
	return run, file, err
}

// save copies a run to the directory of the one it came of, under a name that nothing
// has.
func (f *forks) save(file string, number int) (string, error) {
	base := strings.TrimSuffix(f.name, ".run")
	path := fmt.Sprintf("%s-fork-%d.run", base, number)
	for k := 2; exists(path); k++ {
		path = fmt.Sprintf("%s-fork-%d-%d.run", base, number, k)
	}
	from, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer from.Close()
	return path, cli.WriteFile(path, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// close forgets the runs that were not saved.
func (f *forks) close() {
	if f.dir != "" {
		_ = os.RemoveAll(f.dir)
	}
}
