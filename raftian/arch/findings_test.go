package arch_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A surprise about others is a script with a comment of three to eight lines, and has a row
// in the README beside it.
func TestFindingsAboutOthersHaveTheirForm(t *testing.T) {
	dir := filepath.Join(root, "findings")
	readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name, isScript := strings.CutSuffix(e.Name(), ".sh")
		if e.Name() == "README.md" {
			continue
		}
		if !isScript {
			t.Errorf("findings/%s is no script", e.Name())
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(string(text), "\n")
		comment := 0
		for comment+1 < len(lines) && strings.HasPrefix(lines[comment+1], "# ") {
			comment++
		}
		if lines[0] != "#!/bin/sh" || comment < 3 || comment > 8 {
			t.Errorf("findings/%s begins with %q and a comment of %d lines; want #!/bin/sh and 3 to 8", e.Name(), lines[0], comment)
		}
		if !strings.Contains(string(readme), "| `"+name+"` |") {
			t.Errorf("findings/README.md has no row for %s", name)
		}
	}
	for line := range strings.Lines(string(readme)) {
		if name, ok := strings.CutPrefix(line, "| `"); ok {
			name, _, _ = strings.Cut(name, "`")
			if _, err := os.Stat(filepath.Join(dir, name+".sh")); err != nil {
				t.Errorf("findings/README.md has a row for %s: %v", name, err)
			}
		}
	}
}
