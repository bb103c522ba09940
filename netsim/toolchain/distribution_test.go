package toolchain

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestOnlySomeVersionsOfGoAreSupported(t *testing.T) {
	for version, want := range map[string]bool{
		"go1.26": true, "go1.26.8": true, "go1.27rc1": true, "go1.27.3": true, "go1.27.3 X:nodwarf5": true, "go1.27.3-vendor": true,
		"devel go1.27-0123456789 Mon Jan 1 00:00:00 2026 +0000": true,
		"go1.25.9": false, "go1.28rc1": false, "go1.28.0": false, "go2.26.0": false, "go1.2": false, "devel +0123456789": false, "": false,
	} {
		err := Distribution{Version: version, Root: "/go"}.Check()
		if got, ok := errors.AsType[*VersionError](err); ok == want || !want && (got.Version != version || got.Root != "/go") {
			t.Errorf("%q is supported: %v; want %v", version, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), "Go 1.26 or 1.27")) {
			t.Errorf("%q: %v", version, err)
		}
	}
}

// What the go command has downloaded lies where it lets nothing be replaced.
func TestADownloadedGoIsReachedByALink(t *testing.T) {
	modules, cache := t.TempDir(), t.TempDir()
	d := Distribution{Version: "go1.27.3 X:nodwarf5", Root: filepath.Join(modules, "golang.org", "toolchain@v0.0.1-go1.27.3"), modules: modules}
	if err := os.MkdirAll(d.Root, 0o755); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			out, err := d.outside(cache)
			if err != nil {
				t.Error(err)
				return
			}
			if to, err := os.Readlink(out.Root); to != d.Root || err != nil {
				t.Errorf("the link leads to %q, %v", to, err)
			}
		})
	}
	wg.Wait()
	out, err := d.outside(cache)
	if err != nil || beneath(out.Root, modules) || !strings.Contains(out.Root, "go1.27.3-") {
		t.Fatalf("it is reached by %q, %v", out.Root, err)
	}
	if names, err := os.ReadDir(filepath.Dir(out.Root)); len(names) != 1 || err != nil {
		t.Errorf("beside the link there are %v, %v", names, err)
	}

	// Another link by that name, a file, and one that leads nowhere.
	for name, spoil := range map[string]func() error{
		"another": func() error { return os.Symlink(cache, out.Root) },
		"nowhere": func() error { return os.Symlink(filepath.Join(cache, "gone"), out.Root) },
		"a file":  func() error { return os.WriteFile(out.Root, nil, 0o600) },
	} {
		if err := errors.Join(os.Remove(out.Root), spoil()); err != nil {
			t.Fatal(err)
		}
		again, err := d.outside(cache)
		if to, e := os.Readlink(again.Root); err != nil || e != nil || to != d.Root {
			t.Errorf("%s: the link leads to %q, %v, %v", name, to, err, e)
		}
	}
	// As it is after `go clean -modcache`, until the go command has the Go again.
	if err := errors.Join(os.RemoveAll(modules), os.MkdirAll(d.Root, 0o755)); err != nil {
		t.Fatal(err)
	}
	if again, err := d.outside(cache); again.Root != out.Root || err != nil {
		t.Errorf("once it is there again: %q, %v", again.Root, err)
	}
	if _, err := os.Stat(out.Root); err != nil {
		t.Error(err)
	}

	elsewhere := d
	elsewhere.Root, elsewhere.modules = d.Root+"x", t.TempDir()
	if out, err := elsewhere.outside(cache); out.Root != elsewhere.Root || err != nil {
		t.Errorf("a Go that lies elsewhere is reached by %q, %v", out.Root, err)
	}
	if _, err := d.outside(filepath.Join(modules, "cache")); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("a cache below GOMODCACHE: %v; want one line", err)
	}
}

// The go command of a build is that of the Go whose files were edited, whatever a
// dependency asks for.
func TestABuildCallsTheGoThatWasEdited(t *testing.T) {
	d := thisGo(t)
	t.Setenv("GOTOOLCHAIN", "go1.99.9")
	t.Setenv("GOTOOLCHAIN_INTERNAL_SWITCH_VERSION", "go1.99.9")
	out, err := output(d.call(t.Context(), "", "env", "GOVERSION", "GOROOT", "GOTOOLCHAIN"))
	if want := fmt.Sprintf("%s\n%s\nlocal\n", d.Version, d.Root); string(out) != want || err != nil {
		t.Errorf("it is %q, %v; want %q", out, err, want)
	}
}

func TestAGoThatCannotBeHadIsOneLine(t *testing.T) {
	t.Setenv("GOTOOLCHAIN", "go1.26.8000")
	t.Setenv("GOPROXY", "off")
	_, err := FindGo(t.Context(), "")
	if choice, ok := errors.AsType[*ChoiceError](err); !ok || strings.Contains(choice.Error(), "\n") || !strings.Contains(choice.Error(), "go1.26.8000") {
		t.Errorf("the error is %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := FindGo(t.Context(), ""); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("without a go command: %v", err)
	}
}

func TestSupportedIsAList(t *testing.T) {
	Supported()[0] = "0"
	if !slices.IsSortedFunc(Supported(), func(a, b string) int { return strings.Compare(a, b) }) || Supported()[0] == "0" {
		t.Errorf("supported are %v", Supported())
	}
}
