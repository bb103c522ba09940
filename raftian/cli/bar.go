package cli

import (
	"fmt"
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// Bar tells on standard error how far long work has come. A nil Bar tells nothing.
type Bar struct {
	all   *mpb.Progress
	one   *mpb.Bar
	words atomic.Value // string
}

// NewBar returns a Bar for so many steps, or nil if standard error is no terminal. A
// total of -1 stands for who knows how many.
func NewBar(total int, words string) *Bar {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return nil
	}
	b := &Bar{all: mpb.New(mpb.WithOutput(os.Stderr))}
	b.words.Store(words)
	told := decor.Any(func(decor.Statistics) string { return b.words.Load().(string) })
	if total < 0 {
		b.one = b.all.AddSpinner(0, mpb.BarWidth(1), mpb.BarRemoveOnComplete(), mpb.AppendDecorators(told, decor.CurrentNoUnit("  %d")))
		return b
	}
	began, steps, end := time.Now(), int64(0), time.Time{}
	left := decor.Any(func(s decor.Statistics) string {
		if s.Current == 0 { // and no telling
			return ""
		}
		if s.Current != steps {
			steps, end = s.Current, began.Add(time.Duration(float64(time.Since(began))/float64(s.Current)*float64(s.Total)))
		}
		return fmt.Sprintf("  %s left", max(time.Until(end), 0).Round(time.Second))
	})
	b.one = b.all.AddBar(int64(total), mpb.BarWidth(30), mpb.BarRemoveOnComplete(), mpb.PrependDecorators(told),
		mpb.AppendDecorators(decor.CountersNoUnit("%d/%d"), left))
	return b
}

// Describe says what the work is at.
func (b *Bar) Describe(words string) {
	if b != nil {
		b.words.Store(words)
	}
}

// Add says that so many steps are done.
func (b *Bar) Add(steps int) {
	if b != nil {
		b.one.IncrBy(steps)
	}
}

// Say writes a line at once: where w leads, or, if both are the terminal, above the Bar.
func (b *Bar) Say(w io.Writer, line string) {
	if b != nil && (w == Out && term.IsTerminal(int(os.Stdout.Fd())) || w == os.Stderr) {
		w = b.all
	}
	fmt.Fprintln(w, line)
}

// Close takes the Bar off the terminal.
func (b *Bar) Close() {
	if b != nil {
		b.one.Abort(true)
		b.all.Wait()
	}
}
