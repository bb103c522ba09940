package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"raftian/netsim/toolchain"
)

// versions is what raftian version tells.
type versions struct {
	Raftian   string   `json:"raftian"`    // of this program's module; "(devel)" if it was built from a directory
	Revision  string   `json:"revision"`   // of the repository; "" if the program does not know
	BuiltWith string   `json:"built_with"` // the Go that compiled this program
	Raft      string   `json:"raft"`       // hashicorp/raft that a World links here; "" if there is none
	Supported []string `json:"supported"`  // minor versions of Go
	Go        usedGo   `json:"go"`
}

// usedGo is the Go that builds world programs in the present directory.
type usedGo struct {
	Version   string `json:"version"`
	Root      string `json:"root"`        // its GOROOT
	Command   string `json:"command"`     // the go command that chose it
	Setting   string `json:"gotoolchain"` // GOTOOLCHAIN, by which that chooses
	Supported bool   `json:"supported"`
	Error     string `json:"error,omitempty"` // why there is none, or why it will not do
}

// withoutGo says what can be done.
const withoutGo = `without it      explore, run, rerun, shrink, check, show, export and replay work on programs and
                runs made elsewhere: raftian build there writes what --program and --viewer read;
                play, serve and attach are in raftian/full; build and test need Go
`

func versionCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Tell the versions: this program's, hashicorp/raft's, and of Go those supported and the one used",
		Long: `Version tells what this program was built from, which hashicorp/raft it links into the
programs that it builds in this directory, for which versions of Go it knows how to edit
the runtime, and which Go the go command chooses here: its own, or another for the
toolchain line of go.mod or for GOTOOLCHAIN.`,
		Args: cobra.NoArgs,
	}
	asJSON := c.Flags().Bool("json", false, "print a JSON object instead of words")
	c.RunE = func(c *cobra.Command, _ []string) error {
		v := findVersions(c.Context())
		if err := c.Context().Err(); err != nil {
			return err
		}
		if *asJSON {
			return printJSON(v)
		}
		fmt.Fprintf(Out, "raftian         %s\n", version())
		fmt.Fprintf(Out, "hashicorp/raft  %s\n", orNone(v.Raft))
		fmt.Fprintf(Out, "Go supported    %s\n", strings.Join(v.Supported, ", "))
		if v.Go.Error != "" {
			fmt.Fprintf(Out, "Go used         none: %s\n", v.Go.Error)
			fmt.Fprint(Out, withoutGo)
		} else {
			fmt.Fprintf(Out, "Go used         %s\n                found at %s\n                by %s with GOTOOLCHAIN=%s\n",
				v.Go.Version, v.Go.Root, v.Go.Command, v.Go.Setting)
		}
		return nil
	}
	return c
}

// findVersions asks for versions. What cannot be found is left empty.
func findVersions(ctx context.Context) versions {
	v := versions{Supported: toolchain.Supported()}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Raftian, v.BuiltWith, v.Revision = info.Main.Version, info.GoVersion, revision(info)
	}
	dir := ""
	raft, err := toolchain.RaftIn(ctx, dir)
	if own := toolchain.Source(); err != nil && own != "" { // as the game's World is built
		dir = own
		raft, _ = toolchain.RaftIn(ctx, dir)
	}
	v.Raft = raft
	found, err := toolchain.FindGo(ctx, dir)
	v.Go = usedGo{Version: found.Version, Root: found.Root, Command: found.Command, Setting: found.Setting}
	if err == nil {
		err = found.Check()
	}
	if v.Go.Supported = err == nil; err != nil {
		v.Go.Error = err.Error()
	}
	return v
}

// version says what this program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	words := info.Main.Version + ", " + info.GoVersion
	if r := revision(info); r != "" {
		words += ", revision " + r
	}
	return words
}

// revision is that of the repository that a program was built from, if it knows.
func revision(info *debug.BuildInfo) string {
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
