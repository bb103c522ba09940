package toolchain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"
)

// Order says how a test binary is run.
type Order struct {
	Flags []string      // of the binary, such as "-test.run=TestX"
	Args  []string      // the tests' own arguments
	Limit time.Duration // real time; 0 is none
	// Choices are those of the streams of choice and pick that are obeyed; "" is all.
	Choices Choices
	// Converter is the command that makes events of output, as "go tool test2json" does;
	// "" leaves Trial.Events empty.
	Converter string
}

// Trial is how a test binary fared with one seed.
type Trial struct {
	Seed   uint64
	Failed bool
	Hung   bool   // it was not done at the limit, and Output ends with its goroutines' stacks
	Output string // what it printed
	Events []byte // what the Converter makes of it: a JSON object a line
	Took   time.Duration
}

// ErrNoTests says that a pattern chose none of a package's tests.
var ErrNoTests = errors.New("no tests to run")

// Run runs a package's tests with one seed. They run one after the other, and the
// collector not at all: there is no moment when it would not be in somebody's way.
// Tests that are not done at the limit are made to print the stacks of their goroutines,
// and have failed.
func (p TestProgram) Run(ctx context.Context, seed uint64, o Order) (Trial, error) {
	t, _, err := p.run(ctx, seed, o, false)
	return t, err
}

// Tell runs the tests as Run does, and returns besides which of the choices that were
// obeyed came to something else than first in, first out.
func (p TestProgram) Tell(ctx context.Context, seed uint64, o Order) (Trial, []Choice, error) {
	return p.run(ctx, seed, o, true)
}

func (p TestProgram) run(ctx context.Context, seed uint64, o Order, told bool) (t Trial, choices []Choice, err error) {
	limited, cancel := ctx, context.CancelFunc(func() {})
	if o.Limit > 0 {
		limited, cancel = context.WithTimeout(ctx, o.Limit)
	}
	defer cancel()
	flags := append(slices.Clone(o.Flags), "-test.paniconexit0", "-test.parallel=1")
	cmd := exec.CommandContext(limited, p.Path, append(flags, o.Args...)...)
	cmd.Dir = p.Dir
	cmd.Env = p.environment(seed, o.Choices, told)
	Isolate(cmd)
	cmd.Cancel = func() error {
		if ctx.Err() != nil {
			return cmd.Process.Kill()
		}
		return askForStacks(cmd.Process)
	}
	cmd.WaitDelay = 5 * time.Second // for the stacks; then it is killed
	out := &bounded{most: 1 << 20}
	convert, events := p.converter(ctx, o)
	cmd.Stdout = &oneAtATime{to: io.MultiWriter(out, events)}
	cmd.Stderr = cmd.Stdout
	teller := &choiceWriter{rest: cmd.Stdout}
	if told {
		cmd.Stderr = teller
	}
	began := time.Now()
	err = cmd.Run()
	t = Trial{Seed: seed, Failed: err != nil, Hung: limited.Err() != nil && ctx.Err() == nil, Took: time.Since(began)}
	t.Output = strings.TrimSpace(out.String())
	if t.Hung {
		t.Failed = true
		late := fmt.Sprintf("not done after %s of real time; its goroutines:\n", o.Limit)
		t.Output = late + t.Output
		_, _ = io.WriteString(events, late)
	}
	verdict := "ok  "
	if t.Failed {
		verdict = "FAIL"
	}
	_, _ = fmt.Fprintf(events, "%s\t%s\t%.3fs\n", verdict, p.Package, t.Took.Seconds())
	var failed error
	t.Events, failed = convert()
	switch exit := (*exec.ExitError)(nil); {
	case ctx.Err() != nil:
		return t, nil, ctx.Err()
	case err != nil && !t.Hung && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay):
		return t, nil, fmt.Errorf("starting the tests of %s: %w", p.Package, err)
	case failed != nil:
		return t, nil, fmt.Errorf("converting the output of %s: %w", p.Package, failed)
	case strings.Contains(t.Output, "testing: warning: no tests to run"):
		return t, nil, ErrNoTests
	}
	return t, teller.choices, nil
}

// converter starts the Converter, if there is one. What is written to w is converted;
// convert ends that, and returns the events.
func (p TestProgram) converter(ctx context.Context, o Order) (convert func() ([]byte, error), w io.Writer) {
	if o.Converter == "" {
		return func() ([]byte, error) { return nil, nil }, io.Discard
	}
	cmd := exec.CommandContext(ctx, o.Converter, "-t", "-p", p.Package)
	r, in := io.Pipe()
	var events, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = r, &events, &said
	Isolate(cmd)
	done := make(chan error, 1)
	go func() {
		err := cmd.Run()
		_ = r.CloseWithError(errors.Join(err, io.ErrClosedPipe)) // whoever writes is told
		done <- err
	}()
	return func() ([]byte, error) {
		in.Close()
		if err := <-done; err != nil {
			return nil, fmt.Errorf("%w: %s", err, strings.TrimSpace(said.String()))
		}
		return events.Bytes(), nil
	}, in
}

// FindConverter is the path of test2json of the Go that is chosen for dir, which the go
// command builds if need be.
func FindConverter(ctx context.Context, dir string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", "tool", "-n", "test2json")
	cmd.Dir = dir
	out, err := output(cmd)
	if err != nil {
		return "", fmt.Errorf("looking for test2json: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// Tally is how many of a package's tests ran to an end, subtests not counted, and how many
// were skipped.
type Tally struct{ Ran, Skipped int }

// Count runs the tests as Run does, for nothing but to count them: they say what they do
// as they do it, which may change it. If none matches, it is ErrNoTests.
func (p TestProgram) Count(ctx context.Context, seed uint64, o Order) (Tally, error) {
	o.Flags = append(slices.Clone(o.Flags), "-test.v=test2json")
	o.Converter = ""
	t, err := p.Run(ctx, seed, o)
	if err != nil {
		return Tally{}, err
	}
	var n Tally
	for line := range strings.Lines(t.Output) {
		// The byte before it keeps a line of the test framework apart from a test's own.
		_, rest, ok := strings.Cut(line, "\x16--- ")
		outcome, name, _ := strings.Cut(rest, ": ")
		switch {
		case !ok || strings.Contains(name, "/"):
		case outcome == "SKIP":
			n.Skipped++
		default:
			n.Ran++
		}
	}
	return n, nil
}

// oneAtATime is a writer for several goroutines: what choices are told on has one of its own.
type oneAtATime struct {
	mu sync.Mutex
	to io.Writer
}

// Write implements io.Writer.
func (o *oneAtATime) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to.Write(p)
}

// bounded keeps what is written to it: most bytes of its beginning, and as many of its
// end.
type bounded struct {
	most      int
	head, end []byte
	lost      int
}

// Write implements io.Writer. It never fails.
func (b *bounded) Write(p []byte) (int, error) {
	n := min(len(p), b.most-len(b.head))
	b.head = append(b.head, p[:n]...)
	b.end = append(b.end, p[n:]...)
	if over := len(b.end) - b.most; over > b.most { // now and then, not at each write
		b.lost += over
		b.end = slices.Clone(b.end[over:])
	}
	return len(p), nil
}

func (b *bounded) String() string {
	end, lost := b.end, b.lost
	if over := len(end) - b.most; over > 0 {
		end, lost = end[over:], lost+over
	}
	if lost == 0 {
		return string(b.head) + string(end)
	}
	return fmt.Sprintf("%s\n[%d bytes left out]\n%s", b.head, lost, end)
}
