// Package toolchain builds world programs: ordinary Go programs, compiled with
// a few small edits of the Go runtime that make a run inside a testing/synctest
// bubble a function of its seed.
//
// The edits are search-and-replace rules (rules.go), applied to copies of the
// user's own GOROOT files when building and handed to the standard
// `go build -overlay`. Nothing of the Go source is kept in this repository and
// nothing of the user's Go installation is changed.
//
// It builds ordinary programs, too, for those that are wanted only at times.
package toolchain

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"golang.org/x/mod/semver"
)

// Tag is the build tag under which packages that need the edits are compiled.
const Tag = "raftian_world"

// Options say what to build.
type Options struct {
	Package string // import path, or a path starting with "./", of a package main
	Dir     string // directory to build in; "" is the present one
	Cache   string // directory for edited files and programs; "" is CacheDir()
	Race    bool   // with the race detector; needs a C compiler
	// Raft is another hashicorp/raft to link: a version such as "v1.7.3", or a
	// directory that holds one. "" is what go.mod says.
	// It may also be another module and its version, such as "example.org/raft v1.2.3".
	Raft string
	// Mends are what is changed in hashicorp/raft. Those that have nothing to change in
	// the version that is linked are left out; see MendsFor.
	Mends []Mend
	Flags []string
	Tags  string // build tags besides those that the build needs, separated by commas
	// Progress is told the import path of each package as its compilation
	// begins; packages found in Go's build cache are not told. May be nil.
	Progress func(pkg string)

	// Ordinary is a program like any other, with no edits of the runtime. It is
	// compiled as `go build` would compile it, and finds in Go's build cache what
	// that has.
	Ordinary bool

	tests   bool    // the package's tests, not its command
	linked  library // what is linked, once it is known
	spared  string  // name of a rule that is left out, for tests of what it does
	modules string  // GOMODCACHE
	brought bool    // go.mod brings this module's packages, once that is known
	// broughtBy is an overlay with their files and nothing else; "" if none is needed.
	broughtBy string
}

// Program is a built world program.
type Program struct {
	Path      string // the executable; its name is its digest, so it never changes
	Digest    string // SHA-256 of the executable, hexadecimal
	GoVersion string // such as "go1.26.8"
	Raft      string // version of hashicorp/raft linked in, or its directory; "" if none
	// Like is the release that hashicorp/raft is or was made from; "" if that cannot be
	// told. See madeFrom.
	Like  string
	Mends string // names of the mends it was built with, sorted, separated by commas
	// Lacking are modules that it links although the go.mod of its module does not require
	// them, with their versions, apart by commas: a version of theirs was chosen for this
	// build.
	Lacking string
}

// CacheDir is where programs are kept: the user's cache directory, or the
// temporary one if there is none.
func CacheDir() string {
	if dir, err := os.UserCacheDir(); err == nil {
		return filepath.Join(dir, "raftian")
	}
	return filepath.Join(os.TempDir(), "raftian-cache")
}

// Build compiles a world program, or finds it compiled. A Go for which there are no rules,
// or that they do not fit, is an UnfitError; what the compiler says of the program is returned
// as its text.
func Build(ctx context.Context, o Options) (Program, error) {
	if o.Cache == "" {
		o.Cache = CacheDir()
	}
	dist, err := FindGo(ctx, o.Dir)
	if err != nil {
		return Program{}, err
	}
	if !o.Ordinary {
		if err = dist.Check(); err == nil {
			dist, err = dist.outside(o.Cache)
		}
		if err != nil {
			return Program{}, err
		}
	}
	held := filepath.Join(o.Cache, "build", targetKey(o)+".lock")
	if err := os.MkdirAll(filepath.Dir(held), 0o755); err != nil {
		return Program{}, fmt.Errorf("making the cache: %w", err)
	}
	release, err := lock(ctx, held)
	if err != nil {
		return Program{}, err
	}
	defer release()
	o.modules = dist.modules
	choice, err := writeMod(ctx, o)
	if err != nil {
		return Program{}, err
	}
	mod := choice.mod
	o.linked, o.brought = library{like: choice.raft}, choice.brought
	if len(choice.overlay) > 0 {
		o.broughtBy = strings.TrimSuffix(mod, ".mod") + ".overlay"
		if err := writeReplace(o.broughtBy, choice.overlay); err != nil {
			return Program{}, err
		}
	}
	if len(o.Mends) > 0 || o.brought || choice.raft != "" && !semver.IsValid(choice.raft) && !o.Ordinary {
		if o.linked, err = findLibrary(ctx, o, mod); err != nil {
			return Program{}, err
		}
	}
	stand := map[string]string{}
	maps.Copy(stand, choice.overlay)
	if o.Mends = MendsFor(o.Mends, o.linked.like); len(o.Mends) > 0 {
		var mended map[string]string
		if mod, mended, err = writeMended(ctx, o, mod); err != nil {
			return Program{}, err
		}
		maps.Copy(stand, mended)
	}
	overlay, key := "", "ordinary"
	if !o.Ordinary {
		if overlay, key, err = writeOverlay(o, dist, stand); err != nil {
			return Program{}, err
		}
	}
	target := filepath.Join(o.Cache, "build", key+"-"+targetKey(o))
	if err := compile(ctx, o, dist, buildFiles{overlay, mod, target}); err != nil {
		return Program{}, err
	}
	p := Program{GoVersion: dist.Version}
	if p.Path, p.Digest, err = keep(o.Cache, target); err != nil {
		return Program{}, err
	}
	if choice.required != nil {
		info, err := buildinfo.ReadFile(p.Path)
		if err != nil {
			return Program{}, fmt.Errorf("reading the built program: %w", err)
		}
		if p.Lacking = lacking(info, choice.required); p.Lacking != "" {
			work, err := goWork(ctx, o.Dir)
			if err != nil {
				return Program{}, err
			}
			if work != "" { // whose other modules require it
				p.Lacking = ""
			}
		}
	}
	return p, p.name(ctx, o, mod)
}

// name says which hashicorp/raft the program was linked with.
func (p *Program) name(ctx context.Context, o Options, mod string) (err error) {
	p.Mends = strings.Join(mendNames(o.Mends), ",")
	if o.linked.name == "" {
		if p.Raft, err = raftVersion(p.Path); err != nil || p.Raft == "" || semver.IsValid(p.Raft) {
			p.Like = p.Raft
			return err
		}
		if o.linked, err = findLibrary(ctx, o, mod); err != nil {
			return err
		}
	}
	p.Raft, p.Like = o.linked.name, o.linked.like
	return nil
}

// Environment is the whole environment a world program is to be started with:
// one thread of Go code, no preemption, and nothing of the caller's.
func Environment() []string {
	return []string{"GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1,tracebacklabels=1", "GOTRACEBACK=all"}
}

// writeOverlay writes the edited files and the overlay description below cache,
// which holds beside them the files that stand for others already, and returns the description's path and the hash of all of it.
func writeOverlay(o Options, dist Distribution, stand map[string]string) (path, key string, err error) {
	edited, err := edit(o.rules(), dist)
	if err != nil {
		return "", "", err
	}
	names := make([]string, 0, len(edited))
	for name := range edited {
		names = append(names, name)
	}
	sort.Strings(names)
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %s %s/%s\n", dist.Version, dist.Root, runtime.GOOS, runtime.GOARCH)
	for _, name := range names {
		fmt.Fprintf(sum, "%s %d\n%s", name, len(edited[name]), edited[name])
	}
	for _, name := range slices.Sorted(maps.Keys(stand)) {
		text, err := os.ReadFile(stand[name])
		if err != nil {
			return "", "", fmt.Errorf("reading a file that stands for another: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(text), text)
	}
	key = hex.EncodeToString(sum.Sum(nil))[:16]

	dir := filepath.Join(o.Cache, "overlay", key)
	replace := map[string]string{}
	maps.Copy(replace, stand)
	for _, name := range names {
		to := filepath.Join(dir, filepath.FromSlash(name))
		if err := writeFile(to, []byte(edited[name]), 0o644); err != nil {
			return "", "", err
		}
		replace[filepath.Join(dist.Root, "src", filepath.FromSlash(name))] = to
	}
	path = filepath.Join(dir, "overlay.json")
	return path, key, writeReplace(path, replace)
}

// writeReplace writes an overlay's description: for each file where its text is.
func writeReplace(name string, replace map[string]string) error {
	description, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return fmt.Errorf("describing an overlay: %w", err)
	}
	return writeFile(name, description, 0o644)
}

// writeFile writes data to name unless it is there already, by way of a
// temporary file, so that two builds at once do no harm.
func writeFile(name string, data []byte, mode os.FileMode) error {
	if old, err := os.ReadFile(name); err == nil && bytes.Equal(old, data) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return fmt.Errorf("making the cache: %w", err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".tmp-*")
	if err != nil {
		return fmt.Errorf("writing to the cache: %w", err)
	}
	_, err = tmp.Write(data)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("writing to the cache: %w", err)
	}
	return nil
}

// targetKey tells apart builds that share a cache: what is built, where, how.
func targetKey(o Options) string {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		dir = o.Dir
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %v %q %v %q %q %q %s", dir, o.Package, o.Raft, o.Race, o.Flags, o.tests, mendNames(o.Mends), o.spared, o.Tags, o.cgo()))
	return hex.EncodeToString(sum[:8])
}

// buildFiles are the files that the go command is given, and the one that it makes.
type buildFiles struct{ overlay, mod, target string }

func compile(ctx context.Context, o Options, dist Distribution, f buildFiles) error {
	args := o.arguments(f)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = o.Dir
	if !o.Ordinary {
		cmd = dist.call(ctx, o.Dir, args...)
		cmd.Env = append(cmd.Env, "GODEBUG=", "GOEXPERIMENT=", "CGO_ENABLED="+o.cgo())
	}
	outsideWorkspace(cmd, f.mod)
	// Without this a cancelled build leaves compilers running.
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 5 * time.Second
	r, w := io.Pipe()
	cmd.Stderr = w
	said := make(chan string)
	go func() { said <- follow(r, o.Progress) }()
	err := cmd.Run()
	w.Close()
	words := <-said
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		if broken := blame(o.rules(), dist, words); broken != nil {
			return broken
		}
		return fmt.Errorf("building %s: %w", o.Package, &GoError{Args: o.again(args), Dir: o.Dir, Env: settingsOf(cmd), Said: words, Err: err})
	}
	return nil
}

// cgo is the build's CGO_ENABLED: 1 where the race detector needs a C compiler, and for
// tests where the environment asks for it.
func (o *Options) cgo() string {
	if o.Race || o.tests && os.Getenv("CGO_ENABLED") == "1" {
		return "1"
	}
	return "0"
}

// again are the arguments with which the go command fails as it did of these, as a person
// types them: without what is edited, and without a program.
func (o *Options) again(of []string) []string {
	args := []string{"build", "-o", os.DevNull}
	if o.tests {
		args = []string{"test", "-run", "^$"}
	}
	if o.tests {
		args = append(args, o.Flags...)
	}
	for _, arg := range of {
		if strings.HasPrefix(arg, "-modfile=") || strings.HasPrefix(arg, "-mod=") {
			args = append(args, arg)
		}
	}
	if o.broughtBy != "" {
		args = append(args, "-overlay="+o.broughtBy)
	}
	if tags := o.ownTags(); !o.Ordinary && len(tags) > 0 {
		args = append(args, "-tags", strings.Join(tags, ","))
	}
	return append(args, o.Package)
}

// arguments are those of the go command.
func (o *Options) arguments(f buildFiles) (args []string) {
	switch {
	case o.Ordinary:
		args = []string{"build", "-v"}
	case o.tests: // which may look for their source files
		args = []string{"test", "-c", "-vet=off"}
	default:
		args = []string{"build", "-v", "-trimpath"}
	}
	args = append(args, "-o", f.target, "-buildvcs=false")
	if !o.Ordinary {
		args = append(args, "-overlay", f.overlay, "-tags", o.tags(), "-buildmode=exe", "-ldflags=-s -w")
	}
	if f.mod != "" {
		args = append(args, "-modfile="+f.mod, "-mod=mod")
	}
	if o.Race {
		args = append(args, "-race")
	}
	return append(append(args, o.Flags...), o.Package)
}

// tags are all build tags, as the go command takes them.
func (o *Options) tags() string { return strings.Join(append(o.ownTags(), Tag), ",") }

// ownTags are the build tags apart from Tag.
func (o *Options) ownTags() []string {
	all := raftTags(o.linked.like)
	if o.brought {
		all = append(all, noRunFiles)
	}
	if o.Tags != "" {
		all = append(all, o.Tags)
	}
	return all
}

// follow tells progress the packages that `go build -v` names, and returns
// everything else it said.
func follow(r io.Reader, progress func(string)) string {
	var rest []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if strings.HasPrefix(line, "go: downloading ") || strings.HasPrefix(line, "go: finding ") {
			continue
		}
		if strings.ContainsAny(line, " \t:#") {
			rest = append(rest, line)
		} else if progress != nil {
			progress(line)
		}
	}
	_, _ = io.Copy(io.Discard, r)
	return strings.Join(rest, "\n")
}

// keep copies the program to a file named by its digest.
func keep(cache, target string) (path, digest string, err error) {
	data, err := os.ReadFile(target)
	if err != nil {
		return "", "", fmt.Errorf("reading the built program: %w", err)
	}
	sum := sha256.Sum256(data)
	digest = hex.EncodeToString(sum[:])
	path, err = keepBytes(cache, data, digest)
	return path, digest, err
}

// keepBytes puts an executable into the cache, where its digest is its name.
func keepBytes(cache string, executable []byte, digest string) (path string, err error) {
	path = filepath.Join(cache, "bin", digest[:32])
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(executable)) {
		Program{Path: path}.Used()
		return path, nil
	}
	if err := writeFile(path, executable, 0o755); err != nil {
		return "", err
	}
	return path, forget(filepath.Dir(path), kept)
}

// kept is how many programs the cache keeps: those with the mends of each finding, which a
// test builds, and some beside them.
const kept = 40

// Used says that the program is in use. The cache keeps the programs that were used
// last: one that is started for hours has to say so, or others that are built
// meanwhile push it out.
func (p Program) Used() {
	now := time.Now()
	_ = os.Chtimes(p.Path, now, now) // if it is gone, starting it will say so
}

// forget removes all but the most recently used entries of dir.
func forget(dir string, most int) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("tidying the cache: %w", err)
	}
	type aged struct {
		name string
		used time.Time
	}
	var files []aged
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			files = append(files, aged{e.Name(), info.ModTime()})
		}
	}
	sort.Slice(files, func(i, j int) bool { return files[i].used.After(files[j].used) })
	for i := most; i < len(files); i++ {
		_ = os.RemoveAll(filepath.Join(dir, files[i].name))
	}
	return nil
}

// output runs a go command and returns its standard output; an error is a *GoError,
// with what it said on the other.
func output(cmd *exec.Cmd) ([]byte, error) {
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, &GoError{Args: cmd.Args[1:], Dir: cmd.Dir, Env: settingsOf(cmd), Said: strings.TrimSpace(stderr.String()), Err: err}
	}
	return out, nil
}
