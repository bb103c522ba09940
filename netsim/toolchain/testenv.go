package toolchain

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The variables by which the edited runtime of a test binary is told its seed, and which
// choices to obey.
const (
	seedVariable    = "RAFTIAN_SEED"
	choicesVariable = "RAFTIAN_CHOICES"
)

// choicesWidth is what the choices' variable is filled up to, in bytes: the environment is
// copied to the heap, and a shorter list must not move what comes after it.
const choicesWidth = 2048

// environment is that of a test binary: the caller's, but for what would make runs of one
// seed differ, and for what go test sets itself.
func (p TestProgram) environment(seed uint64, c Choices, told bool) []string {
	env := testEnvironment(os.Environ())
	list := c.String()
	if told {
		list = "!" + list
	}
	if len(list) < choicesWidth {
		list += strings.Repeat(" ", choicesWidth-len(list))
	}
	return append(env, "PWD="+p.Dir, "GOROOT="+p.Root,
		"PATH="+filepath.Join(p.Root, "bin")+string(os.PathListSeparator)+os.Getenv("PATH"),
		seedVariable+"="+strconv.FormatUint(seed, 10), choicesVariable+"="+list)
}

// testEnvironment is what is left of the caller's environment, and what makes runs of one
// seed alike: one thread of Go code, no preemption, no collector.
func testEnvironment(caller []string) []string {
	debug := "asyncpreemptoff=1"
	env := slices.DeleteFunc(slices.Clone(caller), func(v string) bool {
		name, value, _ := strings.Cut(v, "=")
		if name == "GODEBUG" && value != "" {
			debug = value + "," + debug // of two settings of one name the last counts
		}
		switch name {
		case "GODEBUG", "GOMAXPROCS", "GOGC", "GOMEMLIMIT", "GOTRACEBACK", "GOCOVERDIR", "PWD", "PATH", "GOROOT":
			return true
		}
		return strings.HasPrefix(name, "RAFTIAN_")
	})
	return append(env, "GOMAXPROCS=1", "GODEBUG="+debug, "GOGC=off", "GOTRACEBACK=all")
}
