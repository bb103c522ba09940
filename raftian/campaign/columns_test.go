package campaign

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestAShortListIsOneColumnAndALongOneTwo(t *testing.T) {
	for rows, want := range map[int]string{
		0: "no\n",
		2: "no\nr0\nr1\n",
		8: "no\nr0\nr1\nr2\nr3\nr4\nr5\nr6\nr7\n",
		9: "no    no\nr0    r5\nr1    r6\nr2    r7\nr3    r8\nr4\n",
	} {
		var list []string
		for k := range rows {
			list = append(list, fmt.Sprintf("r%d", k))
		}
		var b strings.Builder
		printColumns(&b, "no", list)
		if b.String() != want {
			t.Errorf("%d rows are\n%s\nwant\n%s", rows, b.String(), want)
		}
	}
}

// Whatever is listed, all of it is there, in order when read downwards, and no
// line is wider than a terminal unless a row is.
func TestListsFitATerminal(t *testing.T) {
	word := rapid.StringMatching(`[a-zäö]{1,60}`)
	rapid.Check(t, func(t *rapid.T) {
		heading := rapid.SampledFrom([]string{"", "heading"}).Draw(t, "heading")
		rows := rapid.SliceOfN(word, 1, 40).Draw(t, "rows")
		var b strings.Builder
		printColumns(&b, heading, rows)
		var left, right []string
		for line := range strings.Lines(b.String()) {
			fields := strings.Fields(line)
			if utf8.RuneCountInString(line) > lineWidth+1 && len(fields) > 1 {
				t.Fatalf("a line of %d characters: %s", utf8.RuneCountInString(line), line)
			}
			if line != strings.TrimRight(line, " \n")+"\n" {
				t.Fatalf("blanks at the end: %q", line)
			}
			left = append(left, fields[0])
			right = append(right, fields[1:]...)
		}
		got := strings.Join(append(left, right...), " ")
		got = strings.TrimSpace(strings.ReplaceAll(" "+got+" ", " heading ", " "))
		if got != strings.Join(rows, " ") {
			t.Fatalf("printed %s", got)
		}

		b.Reset()
		printWrapped(&b, "those: ", rows)
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(line); n > lineWidth+1 {
				t.Fatalf("a line of %d characters: %s", n, line)
			}
		}
		flat := strings.Join(strings.Fields(strings.TrimPrefix(b.String(), "those: ")), " ")
		if flat != strings.Join(rows, "; ") {
			t.Fatalf("wrapped %s", flat)
		}
	})
}
