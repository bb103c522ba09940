package ci_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"raftian/raftian/ci"
)

// read is a JUnit file as a server reads it.
type read struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Suites   []struct {
		Name      string  `xml:"name,attr"`
		Tests     int     `xml:"tests,attr"`
		Failures  int     `xml:"failures,attr"`
		Errors    int     `xml:"errors,attr"`
		Skipped   int     `xml:"skipped,attr"`
		Time      float64 `xml:"time,attr"`
		Timestamp string  `xml:"timestamp,attr"`
		Cases     []struct {
			Name    string  `xml:"name,attr"`
			Class   string  `xml:"classname,attr"`
			Time    float64 `xml:"time,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Type    string `xml:"type,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
			Out string `xml:"system-out"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func written(t interface {
	Helper()
	Fatalf(string, ...any)
}, r *ci.Report) (got read, text string) {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b); err != nil {
		t.Fatalf("%v", err)
	}
	if !strings.HasPrefix(b.String(), "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites") {
		t.Fatalf("it begins with %.60q", b.String())
	}
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	return got, b.String()
}

func TestAFileHasWhatServersCount(t *testing.T) {
	var r ci.Report
	s := r.Suite("game", time.Date(2026, 1, 2, 3, 4, 5, 0, time.FixedZone("", 3600)))
	s.Took = 1500 * time.Millisecond
	s.Properties = []ci.Property{{"seeds", "1-4"}}
	s.Add(ci.Case{Class: "game", Name: "seed 2", Number: 2, Failure: &ci.Why{Message: "two leaders", Type: "election-safety", Text: "event 7: <n1> & n2 ]]> lead"}})
	s.Add(ci.Case{Class: "game", Name: "seed 1", Number: 1, Took: 250 * time.Millisecond, Out: "a finding"})
	s.Add(ci.Case{Class: "game", Name: "seed 3", Number: 3, Error: &ci.Why{Message: "no disk"}})
	s.Add(ci.Case{Class: "game", Name: "seed 4", Number: 4, Skipped: &ci.Why{Message: "not now"}})
	got, text := written(t, &r)
	if got.Tests != 4 || got.Failures != 1 || got.Errors != 1 || len(got.Suites) != 1 {
		t.Fatalf("%+v", got)
	}
	one := got.Suites[0]
	if one.Name != "game" || one.Tests != 4 || one.Failures != 1 || one.Errors != 1 || one.Skipped != 1 || one.Time != 1.5 || one.Timestamp != "2026-01-02T02:04:05" {
		t.Errorf("%+v", one)
	}
	if c := one.Cases[0]; c.Name != "seed 1" || c.Class != "game" || c.Time != 0.25 || c.Out != "a finding" || c.Failure != nil {
		t.Errorf("%+v", c)
	}
	if f := one.Cases[1].Failure; f == nil || f.Message != "two leaders" || f.Type != "election-safety" || f.Text != "event 7: <n1> & n2 ]]> lead" {
		t.Errorf("%+v", f)
	}
	if !strings.Contains(text, `<property name="seeds" value="1-4"></property>`) {
		t.Errorf("the property is not in\n%s", text)
	}
}

// A program may print anything, and a server refuses a file for a byte that is none of
// XML's.
func TestWhateverIsPrintedTheFileIsXML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		anything := rapid.Map(rapid.SliceOf(rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("\x00\x1b]]><&\"'\r\xff")))), func(b []byte) string { return string(b) })
		var r ci.Report
		s := r.Suite(anything.Draw(t, "suite"), time.Time{})
		s.Properties = []ci.Property{{"p", anything.Draw(t, "property")}}
		why := &ci.Why{Message: anything.Draw(t, "message"), Type: anything.Draw(t, "type"), Text: anything.Draw(t, "text")}
		s.Add(ci.Case{Class: anything.Draw(t, "class"), Name: anything.Draw(t, "name"), Failure: why, Out: anything.Draw(t, "out")})
		got, _ := written(t, &r)
		if got.Failures != 1 {
			t.Fatalf("%+v", got)
		}
	})
}

func TestManyCasesAreListedInPartAndCountedInFull(t *testing.T) {
	var r ci.Report
	s := r.Suite("night", time.Time{})
	for range 10_500 {
		s.Add(ci.Case{Name: "seed"})
	}
	for range 2_003 {
		s.Add(ci.Case{Name: "seed", Failure: &ci.Why{Message: "x", Text: strings.Repeat("y", 10_000)}})
	}
	got, text := written(t, &r)
	if got.Tests != 10_000+1+2_000+1 || got.Failures != 2_001 {
		t.Errorf("%d tests, %d failures", got.Tests, got.Failures)
	}
	if len(text) > 7<<20 {
		t.Errorf("it is %d bytes long", len(text))
	}
	for _, words := range []string{"500 more that passed", "3 more that failed"} {
		if !strings.Contains(text, `name="`+words+`"`) {
			t.Errorf("it does not say %q", words)
		}
	}
}

func TestALongTextKeepsItsEnds(t *testing.T) {
	long := "begin" + strings.Repeat("é", 100_000) + "end"
	got := ci.Clean(long)
	if len(got) > 65<<10 || !strings.HasPrefix(got, "begin") || !strings.HasSuffix(got, "end") || !strings.Contains(got, "bytes are left out here") {
		t.Errorf("of %d bytes %d are left: %.20q", len(long), len(got), got)
	}
	if strings.ContainsRune(got, '\uFFFD') {
		t.Error("a character is cut in two")
	}
}

// unescaped is what the runner makes of a workflow command; its rules are those of
// ActionCommand.TryParseV2 in actions/runner.
func unescaped(t *testing.T, line string) (kind, title, text string) {
	t.Helper()
	rest, is := strings.CutPrefix(line, "::")
	info, text, ends := strings.Cut(rest, "::")
	kind, title, one := strings.Cut(info, " title=")
	if !is || !ends || !one || strings.Contains(title, ",") {
		t.Fatalf("%q is no command", line)
	}
	for _, m := range [][2]string{{"%0D", "\r"}, {"%0A", "\n"}, {"%3A", ":"}, {"%2C", ","}, {"%25", "%"}} {
		title = strings.ReplaceAll(title, m[0], m[1])
		if m[1] != ":" && m[1] != "," {
			text = strings.ReplaceAll(text, m[0], m[1])
		}
	}
	return kind, title, text
}

func on(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestAnAnnotationArrivesAsItWas(t *testing.T) {
	var out bytes.Buffer
	g := ci.OnGitHub(on(map[string]string{"GITHUB_ACTIONS": "true"}), &out)
	const title, text = "seed 7: a, b::c 100%", "50%: line 1\r\nline 2::"
	g.Error(title, text)
	kind, gotTitle, gotText := unescaped(t, strings.TrimSuffix(out.String(), "\n"))
	if kind != "error" || gotTitle != title || gotText != text {
		t.Errorf("%q, %q, %q", kind, gotTitle, gotText)
	}
}

func TestNoMoreAnnotationsThanGitHubShows(t *testing.T) {
	for _, c := range []struct {
		n    int
		last string
	}{{9, "seed 9"}, {10, "seed 10"}, {11, "and 2 more"}, {200, "and 191 more"}} {
		var out bytes.Buffer
		g := ci.OnGitHub(on(map[string]string{"GITHUB_ACTIONS": "true"}), &out)
		for k := range c.n {
			g.Error(fmt.Sprintf("seed %d", k+1), "fails")
		}
		g.Close()
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if _, title, _ := unescaped(t, lines[len(lines)-1]); len(lines) != min(c.n, 10) || title != c.last {
			t.Errorf("of %d there are %d, the last %q", c.n, len(lines), title)
		}
	}
}

func TestElsewhereNothingIsSaid(t *testing.T) {
	for _, value := range []string{"", "false", "1"} {
		var out bytes.Buffer
		file := filepath.Join(t.TempDir(), "summary")
		g := ci.OnGitHub(on(map[string]string{"GITHUB_ACTIONS": value, "GITHUB_STEP_SUMMARY": file}), &out)
		g.Error("a", "b")
		g.Close()
		if err := g.Summary("c"); err != nil || out.Len() > 0 {
			t.Errorf("with %q it says %q, %v", value, out.String(), err)
		}
		if _, err := os.Stat(file); !os.IsNotExist(err) {
			t.Errorf("with %q there is a summary", value)
		}
	}
}

func TestASummaryIsAddedToAndStaysBelowTheLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "summary")
	g := ci.OnGitHub(on(map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": file}), nil)
	for _, text := range []string{"first\n", "second\n", strings.Repeat("a line of text\n", 100_000), "too late\n", "too late\n"} {
		if err := g.Summary(text); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got := string(b)
	if !strings.HasPrefix(got, "first\nsecond\na line of text\n") || len(got) > 1<<20 || len(got) < 800<<10 {
		t.Errorf("%d bytes: %.40q", len(got), got)
	}
	if n := strings.Count(got, "longer than GitHub takes"); n != 1 || strings.Contains(got, "too late") {
		t.Errorf("it says %d times that it is cut: %q", n, got[len(got)-200:])
	}
}

func TestATableHoldsAnyText(t *testing.T) {
	table := ci.Table{Head: []string{"seed", "reason"}, Rows: [][]string{{"7", ci.Plain("a|b *c*\n<d>")}, {"8", ci.Code("x | `y`")}}}
	const want = "| seed | reason |\n|---|---|\n| 7 | a\\|b \\*c\\* \\<d\\> |\n| 8 | `` x \\| `y` `` |\n"
	if got := table.String(); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
}
