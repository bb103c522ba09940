// Package ci tells servers of continuous integration what came of tests: in a file of
// JUnit's form, which all of them read, and on GitHub Actions as annotations and a
// summary of the step.
//
//	ci.go      the files; what a text may hold
//	junit.go   Report, Suite and Case: a JUnit file
//	github.go  GitHub: workflow commands and the step's summary
//	table.go   Table: a table in Markdown
//
// It knows neither runs nor judges. Where files go is its callers' matter.
package ci

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// How long one text may be, in bytes: a program that panics lists every goroutine.
const (
	textMax  = 64 << 10
	briefMax = 1 << 10 // where there are very many
)

// Clean is a text that XML can hold: what is no character of XML 1.0 (section 2.2), such
// as the control bytes of a terminal, is U+FFFD instead. Of a text that is longer than
// textMax the middle is left out, and it says so.
func Clean(text string) string { return clean(text, textMax) }

func clean(text string, most int) string {
	if cut := len(text) - most; cut > 0 {
		head, tail := text[:most/2], text[len(text)-most/2:]
		for len(tail) > 0 && !utf8.RuneStart(tail[0]) {
			tail = tail[1:]
		}
		for len(head) > 0 {
			if r, n := utf8.DecodeLastRuneInString(head); r != utf8.RuneError || n != 1 {
				break
			}
			head = head[:len(head)-1]
		}
		text = fmt.Sprintf("%s\n… about %d bytes are left out here …\n%s", head, cut, tail)
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r',
			r >= 0x20 && r <= 0xD7FF, r >= 0xE000 && r <= 0xFFFD, r >= 0x10000:
			return r
		}
		return utf8.RuneError
	}, text)
}
