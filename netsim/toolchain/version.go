package toolchain

import (
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// raftModule is what Options.Raft replaces.
const raftModule = "github.com/hashicorp/raft"

// raftVersion reads the version of hashicorp/raft off a program.
func raftVersion(program string) (string, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return "", fmt.Errorf("reading the built program: %w", err)
	}
	for _, dep := range info.Deps {
		if dep.Path != raftModule {
			continue
		}
		if dep.Replace == nil {
			return dep.Version, nil
		}
		return replacedBy(dep.Replace.Path, strings.TrimPrefix(dep.Replace.Version, "(devel)")), nil
	}
	return "", nil
}

// RaftIn is the version of hashicorp/raft that the module of a directory links, "" being
// the present one, as Program.Raft has it.
func RaftIn(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{with .Replace}}{{.Path}} {{.Version}}{{else}}{{.Version}}{{end}}", raftModule)
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for hashicorp/raft: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// replacedBy is how what replaces hashicorp/raft is called: its own version is that
// version, another module is its path and version, and a directory, which has no
// version, is known by its place.
func replacedBy(path, version string) string {
	if path == raftModule {
		return version
	}
	return strings.TrimSpace(path + " " + version)
}

// OtherModule reads the name of a module that stands for hashicorp/raft, such as
// "example.org/raft v1.2.3".
func OtherModule(raft string) (path, version string, ok bool) {
	path, version, _ = strings.Cut(raft, " ")
	return path, version, module.Check(path, version) == nil
}

// raftMinor is as far as build tags for older versions go.
const raftMinor = 8

// raftTags are the build tags raft_before_1_N, for every minor version N that a
// version of hashicorp/raft is older than: what is built may have to do without
// what that one lacks. What go.mod asks for, and a directory of which nobody can tell what
// it was made from, is as new as any.
func raftTags(version string) []string {
	rest, ok := strings.CutPrefix(version, "v1.")
	digits, _, _ := strings.Cut(rest, ".")
	minor, err := strconv.Atoi(digits)
	if !ok || err != nil {
		return nil
	}
	var tags []string
	for n := minor + 1; n <= raftMinor; n++ {
		tags = append(tags, fmt.Sprintf("raft_before_1_%d", n))
	}
	return tags
}

// chosen is the go.mod that a build uses.
type chosen struct {
	mod     string // its path below the cache; "" if the module's own will do
	raft    string // what is then linked, as Program.Raft calls it; "" if that is none or not known
	brought bool   // it brings this module's packages; see bring.go
	// overlay is where the texts of their files are, by the names that mod gives them.
	overlay map[string]string
	// required are the modules that the module's own go.mod requires; nil if it is not that
	// alone which says what is linked.
	required []string
}

// writeMod writes a go.mod like the module's own but with the hashicorp/raft
// that was asked for, and with the packages of this module if it lacks them.
func writeMod(ctx context.Context, o Options) (chosen, error) {
	own, err := goMod(ctx, o.Dir)
	if errors.Is(err, errNoMod) && o.Raft == "" { // the build says what is missing
		return chosen{}, nil
	}
	if err != nil {
		return chosen{}, err
	}
	mod, err := parseMod(own)
	if err != nil {
		return chosen{}, err
	}
	c := chosen{brought: o.brings(own, mod)}
	var replaced bool
	c.raft, replaced = raftOf(mod)
	change := ""
	if o.Raft != "" && o.Raft != c.raft {
		if change, err = raftChange(o.Raft, replaced); err != nil {
			return chosen{}, err
		}
		c.raft = o.Raft
	}
	if change == "" && !c.brought {
		return c, nil
	}
	if change == "" {
		c.required = requiredBy(mod)
	}
	c.mod = filepath.Join(o.Cache, "mod", targetKey(o)+".mod")
	if err := copyMod(ctx, c.mod, own, change == ""); err != nil {
		return chosen{}, err
	}
	if change != "" {
		if _, err := output(exec.CommandContext(ctx, "go", "mod", "edit", change, c.mod)); err != nil {
			return chosen{}, fmt.Errorf("asking for raft %s: %w", o.Raft, err)
		}
	}
	if c.brought {
		c.overlay, err = o.bringInto(c.mod, own)
	}
	return c, err
}

// requiredBy are the modules that a go.mod requires, and itself.
func requiredBy(mod *modfile.File) []string {
	all := []string{mod.Module.Mod.Path}
	for _, r := range mod.Require {
		all = append(all, r.Mod.Path)
	}
	return all
}

// lacking are the modules that a program links and that are not required, with their
// versions, apart by commas. What Raftian's own packages need is not counted.
func lacking(info *buildinfo.BuildInfo, required []string) string {
	var all []string
	for _, dep := range info.Deps {
		if !slices.Contains(required, dep.Path) && dep.Path != ownModule && dep.Path != "github.com/anishathalye/porcupine" {
			all = append(all, dep.Path+" "+dep.Version)
		}
	}
	return strings.Join(all, ", ")
}

// copyMod copies a module's go.mod and its go.sum below the cache, where they can be
// changed. Indirect requirements are left out unless all is true: those of another
// hashicorp/raft are for its own go.mod to say.
func copyMod(ctx context.Context, to, own string, all bool) error {
	text, err := os.ReadFile(own)
	if err != nil {
		return fmt.Errorf("reading go.mod: %w", err)
	}
	lines := strings.SplitAfter(string(text), "\n")
	if !all {
		lines = slices.DeleteFunc(lines, func(line string) bool {
			return strings.HasSuffix(strings.TrimSpace(line), "// indirect")
		})
	}
	if err := writeFile(to, []byte(strings.Join(lines, "")), 0o644); err != nil {
		return err
	}
	sums, err := os.ReadFile(filepath.Join(filepath.Dir(own), "go.sum"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("reading go.sum: %w", err)
	}
	if err := writeFile(withSum(to), sums, 0o644); err != nil {
		return err
	}
	return unrollWorkspace(ctx, to, own)
}

// raftOf is the hashicorp/raft that a go.mod asks for, as Program.Raft calls it, and
// whether it stands there in place of what is required; "" if there is none.
func raftOf(mod *modfile.File) (raft string, replaced bool) {
	for _, r := range mod.Require {
		if r.Mod.Path == raftModule {
			raft = r.Mod.Version
		}
	}
	required := raft
	for _, r := range mod.Replace {
		if r.Old.Path == raftModule && (r.Old.Version == required || r.Old.Version == "" && !replaced) {
			raft, replaced = replacedBy(r.New.Path, r.New.Version), true
		}
	}
	return raft, replaced
}

// Asks reports whether the module of the present directory links a hashicorp/raft anyway,
// which is named as Program.Raft names it.
func Asks(ctx context.Context, raft string) bool {
	own, err := goMod(ctx, "")
	if err != nil {
		return false
	}
	mod, err := parseMod(own)
	if err != nil {
		return false
	}
	linked, _ := raftOf(mod)
	return linked == raft
}

// raftChange is the change of a go.mod that has it ask for a hashicorp/raft. replaced
// says that the go.mod has another one stand for it, which no requirement would change.
func raftChange(raft string, replaced bool) (string, error) {
	if info, err := os.Stat(filepath.Join(raft, "go.mod")); err == nil && !info.IsDir() {
		dir, err := filepath.Abs(raft)
		return "-replace=" + raftModule + "=" + dir, err
	}
	path, version, other := OtherModule(raft)
	switch {
	case other:
		return "-replace=" + raftModule + "=" + path + "@" + version, nil
	case !strings.HasPrefix(raft, "v"):
		return "", fmt.Errorf("raft %q is neither a version such as v1.7.3 nor a directory that holds a go.mod", raft)
	case replaced:
		return "-replace=" + raftModule + "=" + raftModule + "@" + raft, nil
	}
	return "-require=" + raftModule + "@" + raft, nil
}

var errNoMod = errors.New("no go.mod here or above; run this inside a module that has raftian")

// goMod is the path of the go.mod that governs dir.
func goMod(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "env", "GOMOD")
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for go.mod: %w", err)
	}
	name := strings.TrimSpace(string(out))
	if name == "" || name == os.DevNull {
		return "", errNoMod
	}
	return name, nil
}
