package ci

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// GitHub shows at most ten annotations of each kind for a step, and drops a summary
// that is longer than 1 MiB, all commands of the step together. What is sent stays below.
const (
	annotationsMax = 10
	summaryMax     = 900 << 10
)

// GitHub is the runner of GitHub Actions that this process is a child of. A nil GitHub
// is any other place, where nothing happens. It is safe for concurrent use.
type GitHub struct {
	mu      sync.Mutex
	to      io.Writer
	summary string // a file; "" if there is none
	kinds   map[string]*annotations
}

// annotations are those of one kind.
type annotations struct {
	sent int
	held []annotation // one or none: the tenth, which may have to stand for more
	more int          // beyond it
}

type annotation struct{ title, text string }

// OnGitHub is the GitHub that the environment tells of, or nil. Workflow commands are
// written to a writer: the runner reads both standard output and standard error.
func OnGitHub(getenv func(string) string, to io.Writer) *GitHub {
	if getenv("GITHUB_ACTIONS") != "true" {
		return nil
	}
	return &GitHub{to: to, summary: getenv("GITHUB_STEP_SUMMARY"), kinds: map[string]*annotations{}}
}

// Error annotates the step with a failure, at once.
func (g *GitHub) Error(title, text string) { g.annotate("error", title, text) }

// Warning annotates the step with something to look at.
func (g *GitHub) Warning(title, text string) { g.annotate("warning", title, text) }

// Notice annotates the step with something to know.
func (g *GitHub) Notice(title, text string) { g.annotate("notice", title, text) }

func (g *GitHub) annotate(kind, title, text string) {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	a := g.kinds[kind]
	if a == nil {
		a = &annotations{}
		g.kinds[kind] = a
	}
	switch {
	case a.sent < annotationsMax-1:
		g.send(kind, annotation{title, text})
		a.sent++
	case len(a.held) == 0:
		a.held = []annotation{{title, text}}
	default:
		a.more++
	}
}

func (g *GitHub) send(kind string, a annotation) {
	fmt.Fprintf(g.to, "::%s title=%s::%s\n", kind, property(a.title), data(a.text))
}

// Close sends the annotations that were held back: the tenth of a kind, or how many
// there are from the tenth on.
func (g *GitHub) Close() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, kind := range []string{"error", "warning", "notice"} {
		a := g.kinds[kind]
		if a == nil || len(a.held) == 0 {
			continue
		}
		last := a.held[0]
		if a.more > 0 {
			last = annotation{fmt.Sprintf("and %d more", a.more+1), "The log and the summary of this step have all of them."}
		}
		g.send(kind, last)
		a.held, a.more = nil, 0
	}
}

// Summary adds Markdown to the step's summary. Beyond what GitHub takes of all commands
// in a step it adds nothing but a line that says so.
func (g *GitHub) Summary(markdown string) error {
	if g == nil || g.summary == "" {
		return nil
	}
	f, err := os.OpenFile(g.summary, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return fmt.Errorf("the step's summary: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("the step's summary: %w", err)
	}
	if left := summaryMax - int(info.Size()); len(markdown) > left {
		cut := strings.LastIndexByte(markdown[:max(left, 0)], '\n') + 1
		markdown = markdown[:cut] + "\nThe summary is longer than GitHub takes; the log has the rest.\n"
		if cut == 0 && left <= 0 {
			return nil
		}
	}
	if _, err := f.WriteString(markdown); err != nil {
		return fmt.Errorf("the step's summary: %w", err)
	}
	return f.Close()
}

// data escapes the text of a workflow command, as the runner's ActionCommand reads it.
func data(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

// property escapes a property of a workflow command.
func property(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}
