package toolchain

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// lines joins lines, each with its end.
func lines(all ...string) string { return strings.Join(all, "\n") + "\n" }

const wholeMend = `# It counts to two,
# and says so.
with other

# About the edit.
edit raft.go
for >=v1.7.0 <v1.9.0
find
	one

replace
	one
# no comment
two
end
`

func TestAMendIsRead(t *testing.T) {
	m, err := ParseMend("count", wholeMend)
	if err != nil {
		t.Fatal(err)
	}
	want := Edit{File: "raft.go", Versions: ">=v1.7.0 <v1.9.0", Find: "\tone\n\n", Replace: "\tone\n# no comment\ntwo\n", Of: "count", Line: 6}
	if m.Why != "It counts to two, and says so." || !slices.Equal(m.With, []string{"other"}) || !slices.Equal(m.Edits, []Edit{want}) {
		t.Errorf("read %+v", m)
	}
}

func TestAMendThatIsNoneIsRefusedInOneLine(t *testing.T) {
	for text, want := range map[string]string{
		"": "does not begin with a comment",
		lines("edit a.go", "find", "x", "replace", "y", "end"): "does not begin with a comment",
		"# why\n": "it changes nothing",
		lines("# why", "edit a.go", "find", "x", "replace", "y"):        "line 6: the text ends within an edit of a.go",
		lines("# why", "edit a.go", "find", "x"):                        "line 4: the text ends within an edit of a.go",
		lines("# why", "edit ../a.go", "find", "x", "replace", "end"):   `line 2: "../a.go" is no Go file of the package`,
		lines("# why", "edit go.mod", "find", "x", "replace", "end"):    `line 2: "go.mod" is no Go file of the package`,
		lines("# why", "edit a.go", "for 1.7", "find"):                  `line 3: "1.7" is no condition on a version`,
		lines("# why", "edit a.go", "replace"):                          `line 3: "replace" is not what can stand here`,
		lines("# why", "edit a.go", "find", "replace", "x", "end"):      "line 4: an edit that looks for nothing",
		lines("# why", "edit a.go", "find", "x", "replace", "x", "end"): "line 7: an edit that changes nothing",
		lines("# why", "edit a.go", "with b"):                           `line 3: "with b" is not what can stand here`,
		lines("# why", "nonsense"):                                      `line 2: "nonsense" is not what can stand here`,
		lines("# why", "with"):                                          `line 2: "with" is not what can stand here`,
	} {
		_, err := ParseMend("m", text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v; want %q", text, err, want)
		}
	}
}

// mend is a mend with one edit of f.go.
func mend(name, find, replace string) Mend {
	return Mend{Name: name, Edits: []Edit{{File: "f.go", Of: name, Line: 3, Find: find, Replace: replace}}}
}

func TestMendsMeanTheSameInAnyOrder(t *testing.T) {
	const text = "a\nb\nc\nd\n"
	mends := []Mend{
		mend("y", "a\nb\n", "a\ny\nb\n"),
		mend("x", "a\nb\n", "a\nx\nb\n"),
		mend("z", "b\nc\n", "B\nc\n"),
		mend("w", "c\nd\n", "c\n"),
		mend("again", "c\nd\n", "c\n"), // the same edit as that of w
	}
	want := "a\nx\ny\nB\nc\n"
	for range mends {
		mends = append(mends[1:], mends[0])
		if got, err := mendFile(mends, "f.go", text, "v1"); got != want || err != nil {
			t.Errorf("%v give %q, %v; want %q", mendNames(mends), got, err, want)
		}
	}
}

func TestAMendThatDoesNotFitSaysSo(t *testing.T) {
	for text, found := range map[string]int{"a\nbb\n": 0, "b\na\nb\n": 2, "": 0} {
		_, err := mendFile([]Mend{mend("m", "b\n", "c\n")}, "f.go", text, "v1.7.3")
		want := EditError{Mend: "m", Line: 3, File: "f.go", Raft: "v1.7.3", Found: found}
		if got, ok := errors.AsType[*EditError](err); !ok || *got != want {
			t.Errorf("in %q: %v; want %v", text, err, &want)
		}
	}
	_, err := Mended([]Mend{mend("m", "b\n", "c\n")}, t.TempDir(), "v1.7.3")
	if got, ok := errors.AsType[*EditError](err); !ok || got.Found != 0 {
		t.Errorf("without the file: %v", err)
	}
}

func TestMendsOfTheSameLinesAreRefused(t *testing.T) {
	one, other := mend("one", "a\nb\n", "x\n"), mend("other", "b\nc\n", "y\n")
	for _, mends := range [][]Mend{{one, other}, {other, one}} {
		_, err := mendFile(mends, "f.go", "a\nb\nc\n", "v1")
		if got, ok := errors.AsType[*OverlapError](err); !ok || *got != (OverlapError{"one", "other", "f.go"}) {
			t.Errorf("both: %v", err)
		}
	}
}

func TestEditsForOtherVersionsAreLeftOut(t *testing.T) {
	m := mend("m", "a\n", "b\n")
	m.Edits = append(m.Edits, m.Edits[0])
	m.Edits[0].Versions, m.Edits[1].Versions = "<v1.8.0", ">=v1.8.0"
	for version, want := range map[string]Versions{"v1.7.3": "<v1.8.0", "v1.8.0": ">=v1.8.0", "v1.9.0": ">=v1.8.0", "": ">=v1.8.0"} {
		some := MendsFor([]Mend{m}, version)
		if len(some) != 1 || len(some[0].Edits) != 1 || some[0].Edits[0].Versions != want {
			t.Errorf("for %q: %+v", version, some)
		}
	}
	m.Edits = m.Edits[1:]
	if some := MendsFor([]Mend{m}, "v1.7.3"); len(some) != 0 {
		t.Errorf("a mend without an edit for the version is left: %+v", some)
	}
}
