package trace

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

func printOf(at env.Instant, machine string, stream Stream, text string) Print {
	return Print{At: at, Machine: machine, Boot: 1, Stream: stream, Text: []byte(text)}
}

// What programs print goes between events and leaves these and their digest alone.
func TestPrintsAreNoEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := ordinary(rapid.IntRange(0, 20).Draw(t, "events"))
		enc := NewEncoder()
		var wire []byte
		var prints []Print
		var after []uint64
		for k := range len(want) + 1 {
			for range rapid.IntRange(0, 2).Draw(t, "prints") {
				p := printOf(env.Instant(rapid.Int64().Draw(t, "at")), rapid.String().Draw(t, "machine"), Stderr, rapid.String().Draw(t, "text"))
				wire = AppendPrint(wire, &p)
				prints, after = append(prints, p), append(after, uint64(k))
			}
			if k < len(want) {
				wire = enc.Append(wire, &want[k])
			}
		}
		d := NewDecoder(bytes.NewReader(wire))
		n := 0
		d.Prints = func(p *Print, at uint64) {
			if n == len(prints) || p.At != prints[n].At || p.Machine != prints[n].Machine || p.Boot != 1 ||
				p.Stream != Stderr || !bytes.Equal(p.Text, prints[n].Text) || at != after[n] {
				t.Fatalf("print %d is %+v after event %d", n, p, at)
			}
			n++
		}
		got, err := decode(d)
		if err != io.EOF || n != len(prints) || len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%d of %d prints, %d events, %v", n, len(prints), len(got), err)
		}
		if d.Digest() != digestOf(want) {
			t.Fatal("the digest is another")
		}
	})
}

func TestAPrintThatIsCutOffIsACut(t *testing.T) {
	p := printOf(1, "n1", Stdout, "hello\n")
	wire := AppendPrint(nil, &p)
	for cut := 1; cut < len(wire); cut++ {
		if _, err := decode(NewDecoder(bytes.NewReader(wire[:cut]))); err != ErrCut {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}

// texts are the lines in short.
func texts(lines []Line) string {
	var b strings.Builder
	for _, l := range lines {
		fmt.Fprintf(&b, "%d %s/%d %s %q", l.At, l.Machine, l.Boot, l.Stream, l.Text)
		if l.Open {
			b.WriteString(" open")
		}
		if l.Cut > 0 {
			fmt.Fprintf(&b, " cut %d", l.Cut)
		}
		if l.Lines > 0 {
			fmt.Fprintf(&b, " gap %d %d", l.Lines, l.Bytes)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestLinesArePutTogetherByMachineAndStream(t *testing.T) {
	var l Lines
	for _, p := range []Print{
		printOf(1, "n1", Stdout, "begun "),
		printOf(2, "n1", Stderr, "other\r\n\n"),
		printOf(3, "n2", Stdout, "mine\nand"),
		printOf(4, "n1", Stdout, "here\nlast"),
		printOf(5, "n1", Stderr, "bad \xff byte\n"),
	} {
		l.Add(&p, uint64(p.At)*10)
	}
	const want = `2 n1/1 stderr "other"
2 n1/1 stderr ""
3 n2/1 stdout "mine"
3 n2/1 stdout "and" open
4 n1/1 stdout "begun here"
4 n1/1 stdout "last" open
5 n1/1 stderr "bad � byte"
`
	all := l.All()
	if got := texts(all); got != want {
		t.Errorf("the lines are\n%s", got)
	}
	if all[4].After != 40 {
		t.Errorf("%+v", all[4])
	}
}

func TestOfMuchThatIsPrintedTheBeginningAndTheEndAreKept(t *testing.T) {
	var l Lines
	const lines = 10_000
	for k := range lines {
		p := printOf(env.Instant(k), "n1", Stdout, fmt.Sprintf("line %05d\n", k))
		l.Add(&p, 0)
	}
	all := l.All()
	size, gaps, left := 0, 0, uint64(0)
	for k, line := range all {
		size += len(line.Text)
		if line.Lines > 0 {
			gaps++
			left += line.Lines
			if all[k-1].Text != fmt.Sprintf("line %05d", k-1) || line.Bytes != 10*line.Lines {
				t.Errorf("after %+v comes the gap %+v", all[k-1], line)
			}
		}
	}
	if gaps != 1 || len(all)-1+int(left) != lines || size > firstMax+lastMax || all[0].Text != "line 00000" || all[len(all)-1].Text != "line 09999" {
		t.Errorf("%d lines of %d bytes from %q to %q, %d gaps, %d left out", len(all), size, all[0].Text, all[len(all)-1].Text, gaps, left)
	}
}

func TestALineHasALongestLength(t *testing.T) {
	var l Lines
	for range 3 {
		p := printOf(1, "n1", Stdout, strings.Repeat("x", lineMax/2+1))
		l.Add(&p, 0)
	}
	end := printOf(2, "n1", Stdout, "\nshort\n")
	l.Add(&end, 0)
	all := l.All()
	if len(all) != 2 || len(all[0].Text) != lineMax || all[0].Cut != 3*(lineMax/2+1)-lineMax || all[1].Text != "short" || all[1].Cut != 0 {
		t.Errorf("%d lines, the first of %d bytes, cut %d", len(all), len(all[0].Text), all[0].Cut)
	}
}

// Whatever is printed by however many incarnations, a run stays in its bounds, and
// nothing is lost uncounted.
func TestARunKeepsNoMoreThanItsBound(t *testing.T) {
	var l Lines
	const boots, each = 300, 200
	for boot := range uint64(boots) {
		for range each {
			p := Print{Machine: "n1", Boot: boot + 1, Stream: Stdout, Text: []byte(strings.Repeat("y", 300) + "\n")}
			l.Add(&p, 0)
		}
	}
	size, lines := 0, uint64(0)
	for _, line := range l.All() {
		if line.Lines == 0 {
			lines++
			size += cost(line)
		}
		lines += line.Lines
	}
	if size > keptMax || size < keptMax-1000 || lines != boots*each {
		t.Errorf("%d bytes kept, %d lines of %d accounted for", size, lines, boots*each)
	}
}
