package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"raftian/netsim/toolchain"
	"raftian/raftian/campaign"
	"raftian/raftian/defects"
)

// programUse is what help says of --program.
const programUse = "start the world program in this file, which raftian build has written, and build none; needs no Go"

func buildCommand(rest Rest) *cobra.Command {
	var (
		world, raft, mend, out string
		viewer                 bool
	)
	c := &cobra.Command{
		Use:   "build [--world PACKAGE] --out FILE | build --viewer --out FILE",
		Short: "Build a world program, or the viewer for browsers, for computers without Go",
		Long: `Build builds the world program of a package and writes it to a file. explore, run, rerun,
shrink, check, export and replay start it with --program FILE, on a computer that need not
have Go; a run has the same digest there and here. GOOS and GOARCH choose another kind of
computer than this one, as for go build.

With --viewer it builds the viewer for browsers instead. replay --web and play --web serve
it with --viewer FILE, or without it if the file is called ` + ViewerName + ` and lies beside
the program raftian itself. The program that does without Go is raftian/full, built by
go build -o DIRECTORY/raftian ./raftian/full.`,
		Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&world, "world", campaign.GameWorld, "package of the world program")
	c.Flags().StringVar(&raft, "raft", "", "another hashicorp/raft: a version, or a directory that holds one")
	c.Flags().StringVar(&mend, "mend", "", "mend findings in hashicorp/raft: a comma list of their names, or all")
	c.Flags().StringVar(&out, "out", "", "write to this file")
	c.Flags().BoolVar(&viewer, "viewer", false, "build the viewer for browsers")
	c.RunE = func(c *cobra.Command, _ []string) (err error) {
		if out == "" {
			return Usage(errors.New("say with --out where to write it"))
		}
		if out, err = FileToBe("--out", out); err != nil {
			return Usage(err)
		}
		if viewer {
			for _, name := range []string{"world", "raft", "mend"} {
				if c.Flags().Changed(name) {
					return Usage(fmt.Errorf("--%s has no meaning for the viewer", name))
				}
			}
			if rest.Viewer == nil {
				return handOver(c.Context(), "build --viewer")
			}
			return rest.Viewer(c, out)
		}
		if err := raftToBe(raft); err != nil {
			return Usage(err)
		}
		return writeProgram(c.Context(), world, raft, mend, out)
	}
	return c
}

// ViewerName is the name of a viewer file that is found beside the program.
const ViewerName = "raftian-viewer.zip"

// writeProgram builds a world program and writes it to a program file.
func writeProgram(ctx context.Context, world, raft, mend, out string) error {
	var p *campaign.Program
	p, err := buildWith(ctx, world, raft, mend, func(ctx context.Context, o toolchain.Options) (*campaign.Program, error) {
		built, err := campaign.Compile(ctx, o)
		if err != nil {
			return nil, err
		}
		if system, err := built.System(); err != nil || system != toolchain.Host() {
			return &campaign.Program{Program: built, Package: o.Package}, err
		}
		return campaign.Build(ctx, o) // which finds it compiled, and asks it who it is
	})
	if err != nil {
		return err
	}
	if p.Guest != "" {
		printProgram(Out, p)
	}
	if err := WriteFile(out, func(w io.Writer) error { return p.Write(w, p.Package) }); err != nil {
		return Tool(err)
	}
	info, err := os.Stat(out)
	if err != nil {
		return Tool(err)
	}
	system, err := p.System()
	if err != nil {
		return Tool(err)
	}
	fmt.Fprintf(Out, "%s for %s, program %.16s, %d bytes, in %s; there: raftian explore --program %s\n",
		p.Package, system, p.Digest, info.Size(), out, filepath.Base(out))
	return nil
}

// openProgram is the world program in a program file.
func openProgram(ctx context.Context, file string) (*campaign.Program, error) {
	p, err := campaign.Open(ctx, file)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, Usage(fmt.Errorf("--program %w", err))
	}
	return p, nil
}

// model finds the world program that has the model of a run's guest: the one in the program
// file, or built of the package that the run file names.
func (a Again) model(ctx context.Context) func(world string) (*campaign.Program, error) {
	return func(world string) (*campaign.Program, error) {
		if a.Program != "" {
			return openProgram(ctx, a.Program)
		}
		return build(ctx, world, "", "")
	}
}

// excludeProgram refuses flags that say what to build beside one that names what is built.
func excludeProgram(c *cobra.Command) error {
	if f := c.Flags().Lookup("program"); f == nil || !f.Changed {
		return nil
	}
	for _, name := range []string{"world", "raft", "mend"} {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			return Usage(fmt.Errorf("--%s has no meaning with --program, which is built already; give it to raftian build", name))
		}
	}
	return nil
}

// mendsOf are the mends that a flag names.
func mendsOf(mend string) ([]toolchain.Mend, error) {
	mends, err := defects.Mends(mend)
	if err != nil {
		return nil, Usage(fmt.Errorf("--mend: %w", err))
	}
	return mends, nil
}
