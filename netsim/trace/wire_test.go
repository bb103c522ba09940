package trace

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// encode is the wire form of events.
func encode(events []Event) []byte {
	enc := NewEncoder()
	var wire []byte
	for i := range events {
		wire = enc.Append(wire, &events[i])
	}
	return wire
}

// decode reads events until the first error.
func decode(d *Decoder) (events []Event, err error) {
	for {
		var e Event
		if err := d.Next(&e); err != nil {
			return events, err
		}
		events = append(events, e)
	}
}

func TestEventsCrossTheWireUnchanged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyTrace(t)
		d := NewDecoder(bytes.NewReader(encode(want)))
		got, err := decode(d)
		if err != io.EOF || len(got) != len(want) || len(got) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
		if d.Digest() != digestOf(want) {
			t.Fatal("the stream's digest is not that of its events")
		}
	})
}

func TestLongTextsCrossTheWire(t *testing.T) {
	for _, n := range []int{1<<7 - 8, 1<<14 - 100, 1<<14 - 8, 1 << 14, 1 << 21, 1<<24 - 100} {
		want := []Event{
			{N: 1, Note: env.Note{Kind: "diag", Text: strings.Repeat("x", n)}},
			{N: 2, Note: env.Note{Kind: "diag", Text: "after"}},
		}
		got, err := decode(NewDecoder(bytes.NewReader(encode(want))))
		if err != io.EOF || !reflect.DeepEqual(got, want) {
			t.Errorf("a text of %d bytes: %d events, %v", n, len(got), err)
		}
	}
}

func TestTheTableOfNamesIsBounded(t *testing.T) {
	want := make([]Event, 2*(namesMax+10))
	for i := range want {
		want[i].N, want[i].Kind = uint64(i+1), fmt.Sprint("kind ", i%(namesMax+10))
	}
	enc, d := NewEncoder(), NewDecoder(bytes.NewReader(encode(want)))
	encodeAll(enc, want)
	got, err := decode(d)
	if err != io.EOF || !reflect.DeepEqual(got, want) {
		t.Errorf("%d events, %v", len(got), err)
	}
	if len(enc.names) != namesMax || len(d.names) != namesMax {
		t.Errorf("%d and %d names, the limit is %d", len(enc.names), len(d.names), namesMax)
	}
}

func encodeAll(enc *Encoder, events []Event) {
	for i := range events {
		enc.Append(nil, &events[i])
	}
}

func TestAStreamCutAnywhereGivesTheWholeEventsBefore(t *testing.T) {
	want := ordinary(20)
	ends := make(map[int]int) // length of the stream after so many events
	for n := range len(want) + 1 {
		ends[len(encode(want[:n]))] = n
	}
	wire, whole := encode(want), 0
	for cut := range len(wire) + 1 {
		wantErr := ErrCut
		if n, ok := ends[cut]; ok {
			whole, wantErr = n, io.EOF
		}
		got, err := decode(NewDecoder(bytes.NewReader(wire[:cut])))
		if err != wantErr || len(got) != whole || whole > 0 && !reflect.DeepEqual(got, want[:whole]) {
			t.Fatalf("cut at %d of %d: %d events of %d, %v", cut, len(wire), len(got), whole, err)
		}
	}
}

func TestAReadErrorIsNotMistakenForACut(t *testing.T) {
	broken := errors.New("the pipe burst")
	wire := encode(ordinary(3))
	for cut := range wire {
		_, err := decode(NewDecoder(io.MultiReader(bytes.NewReader(wire[:cut]), iotest.ErrReader(broken))))
		if !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", cut, err)
		}
	}
}

func TestADamagedStreamNamesTheEvent(t *testing.T) {
	good := encode(ordinary(2))
	for name, c := range map[string]struct {
		damage []byte
		want   string
	}{
		"length":       {[]byte{0xff, 0xff, 0xff, 0xff, 0x7f}, "event 3: an impossible length"},
		"mask":         {[]byte{4, 0x80, 0x40, 0, 0}, "event 3: not the form of an event"},
		"unknown name": {[]byte{3, 0, 0x7e, 0}, "event 3: not the form of an event"},
		"left over":    {[]byte{4, 0, 0, 0, 9}, "event 3: not the form of an event"},
		"no fields":    {[]byte{0, 0, 0, 0}, "event 3: not the form of an event"},
	} {
		got, err := decode(NewDecoder(bytes.NewReader(append(good[:len(good):len(good)], c.damage...))))
		if len(got) != 2 || err == nil || err.Error() != c.want {
			t.Errorf("%s: %d events, %v", name, len(got), err)
		}
	}
}

func TestTheDigestStaysWhatItIs(t *testing.T) {
	const want = "742d7c2ccc3e46317dbb5c083d30afd7e0c9685476cd93fd61692ba0493d0fef"
	if got := digestOf(ordinary(8)); got != want {
		t.Errorf("the digest of the same events is now %s", got)
	}
}

func TestTheDigestSeesEveryField(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := anyEvent(t), anyEvent(t)
		if (a == b) != (digestOf([]Event{a}) == digestOf([]Event{b})) {
			t.Fatalf("%+v\n%+v", a, b)
		}
	})
}

func FuzzDecoder(f *testing.F) {
	f.Add(encode(ordinary(8)))
	f.Add([]byte{0xff, 0xff, 0xff, 0x07})
	f.Add([]byte{4, 0, 3, 'a', 0})
	f.Fuzz(func(t *testing.T, wire []byte) {
		events, _ := decode(NewDecoder(bytes.NewReader(wire)))
		again, err := decode(NewDecoder(bytes.NewReader(encode(events))))
		if err != io.EOF || !reflect.DeepEqual(again, events) {
			t.Fatalf("%v\n%+v\n%+v", err, events, again)
		}
	})
}

func BenchmarkEncoder(b *testing.B) {
	events, enc := ordinary(1000), NewEncoder()
	var buf []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf = enc.Append(buf[:0], &events[i%len(events)])
	}
}

func BenchmarkDecoder(b *testing.B) {
	wire := encode(ordinary(1000))
	b.ReportAllocs()
	var e Event
	d := NewDecoder(bytes.NewReader(wire))
	for b.Loop() {
		if d.Next(&e) == io.EOF {
			d = NewDecoder(bytes.NewReader(wire))
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	events, d := ordinary(1000), NewDigest()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		d.Add(&events[i%len(events)])
	}
}
