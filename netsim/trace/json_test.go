package trace

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"raftian/netsim/env"
)

// twin is the JSON form as encoding/json would have it, for texts in UTF-8.
type twin struct {
	N       uint64        `json:"n,omitempty"`
	At      env.Instant   `json:"at,omitempty"`
	Kind    string        `json:"kind,omitempty"`
	Machine string        `json:"machine,omitempty"`
	Boot    uint64        `json:"boot,omitempty"`
	Peer    string        `json:"peer,omitempty"`
	Client  string        `json:"client,omitempty"`
	Seq     uint64        `json:"seq,omitempty"`
	Term    uint64        `json:"term,omitempty"`
	Index   uint64        `json:"index,omitempty"`
	Count   uint64        `json:"count,omitempty"`
	Hash    string        `json:"hash,omitempty"`
	State   string        `json:"state,omitempty"`
	Conn    uint64        `json:"conn,omitempty"`
	Took    time.Duration `json:"took,omitempty"`
	Text    string        `json:"text,omitempty"`
}

func TestTheJSONFormIsReadable(t *testing.T) {
	e := Event{N: 17, At: 512_000_000, Machine: "n1", Boot: 1, Note: env.Note{
		Kind: "apply", Peer: "n2", Client: "p1", Seq: 3, Term: 2, Index: 9, Count: 4,
		Hash: 0xf1e2d3c4b5a697, State: math.MaxUint64, Conn: 5, Took: -1, Text: "say \"é\"\n\xff\x01",
	}}
	const want = `{"n":17,"at":512000000,"kind":"apply","machine":"n1","boot":1,"peer":"n2","client":"p1",` +
		`"seq":3,"term":2,"index":9,"count":4,"hash":"00f1e2d3c4b5a697","state":"ffffffffffffffff","conn":5,` +
		`"took":-1,"text":"say \"é\"\n\udcff\u0001"}`
	if got := string(AppendJSON(nil, &e)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(AppendJSON([]byte("x"), &Event{})); got != "x{}" {
		t.Errorf("the zero event is %s", got)
	}
}

func TestEventsReadBackFromJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := anyEvent(t)
		want.N = rapid.Uint64().Draw(t, "n")
		b := AppendJSON(nil, &want)
		if !json.Valid(b) || !utf8.Valid(b) || strings.ContainsAny(string(b), "\n\r") {
			t.Fatalf("not one line of JSON: %s", b)
		}
		var got Event
		if err := ParseJSON(b, &got); err != nil || got != want {
			t.Fatalf("%v\n%s\ngot  %+v\nwant %+v", err, b, got, want)
		}
	})
}

func TestTheJSONFormIsWhatEncodingJSONReads(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := anyEvent(t)
		e.Text, e.Kind = strings.ToValidUTF8(e.Text, "?"), strings.ToValidUTF8(e.Kind, "?")
		e.Machine, e.Peer, e.Client = rapid.String().Draw(t, "machine"), rapid.String().Draw(t, "peer"), ""
		b := AppendJSON(nil, &e)
		var w twin
		if err := json.Unmarshal(b, &w); err != nil {
			t.Fatal(err)
		}
		if w.Text != e.Text || w.Kind != e.Kind || w.Machine != e.Machine || w.Peer != e.Peer ||
			w.At != e.At || w.Took != e.Took || w.Seq != e.Seq || w.Conn != e.Conn {
			t.Fatalf("%s\n%+v", b, w)
		}
		again, err := json.Marshal(w) // escapes more than we do
		if err != nil {
			t.Fatal(err)
		}
		var got Event
		if err := ParseJSON(again, &got); err != nil || got != e {
			t.Fatalf("%v\n%s\ngot  %+v\nwant %+v", err, again, got, e)
		}
	})
}

func TestParseJSONAcceptsBlanksAndEscapes(t *testing.T) {
	var e Event
	const text = " { \"seq\" : 0 ,\t\"text\" : \"\\u0041\\/\\b\\f\\n\\r\\t\\ud83d\\ude00\\\"\\\\\" , \"took\":\r\n -5 } "
	if err := ParseJSON([]byte(text), &e); err != nil || e != (Event{Note: env.Note{Text: "A/\b\f\n\r\t😀\"\\", Took: -5}}) {
		t.Errorf("%v, %+v", err, e)
	}
}

func TestParseJSONSaysWhatItCannotTake(t *testing.T) {
	for text, want := range map[string]string{
		``:                             `byte 1 should begin an object`,
		`[]`:                           `byte 1 should begin an object`,
		`{"seq":1`:                     `byte 9 should begin a comma or the end of the object`,
		`{"seq":1,}`:                   `byte 10 should begin a string`,
		`{"seq":1}x`:                   `byte 10 should begin nothing more`,
		`{"seq" 1}`:                    `byte 8 should begin a colon`,
		`{"speed":1}`:                  `field "speed": an event has no such field`,
		`{"seq":1,"seq":1}`:            `field "seq" is there twice`,
		`{"seq":"1"}`:                  `field "seq": byte 8 should begin a whole number`,
		`{"seq":01}`:                   `field "seq": byte 8 should begin a whole number`,
		`{"seq":-1}`:                   `field "seq": byte 8 should begin a whole number`,
		`{"seq":1.5}`:                  `byte 9 should begin a comma or the end of the object`,
		`{"seq":18446744073709551616}`: `field "seq": a number above 18446744073709551615`,
		`{"at":9223372036854775808}`:   `field "at": a time beyond 64 bits of nanoseconds`,
		`{"at":-9223372036854775809}`:  `field "at": a time beyond 64 bits of nanoseconds`,
		`{"at":- 1}`:                   `field "at": byte 8 should begin a digit`,
		`{"hash":"12"}`:                `field "hash": 2 digits; a hash has 16 hexadecimal ones`,
		`{"hash":"000000000000000g"}`:  `field "hash": "000000000000000g" is no hash of 16 hexadecimal digits`,
		`{"text":null}`:                `field "text": byte 9 should begin a string`,
		`{"text":"a`:                   `field "text": byte 11 should begin the rest of a string`,
		"{\"text\":\"\xff\"}":          `field "text": byte 10 should begin a character in UTF-8`,
		"{\"text\":\"\n\"}":            `field "text": byte 10 should begin an escape: control characters are written as one`,
		`{"text":"\x"}`:                `field "text": byte 10 should begin an escape`,
		`{"text":"\`:                   `field "text": byte 10 should begin an escape`,
		`{"text":"\u12"}`:              `field "text": byte 10 should begin an escape such as \u00e9`,
		`{"text":"\ud83d"}`:            `field "text": byte 10 should begin a pair of surrogates`,
		`{"text":"\ud83d\u0041"}`:      `field "text": byte 10 should begin a pair of surrogates`,
		`{"text":"\udc00"}`:            `field "text": byte 10 should begin a pair of surrogates`,
	} {
		var e Event
		if err := ParseJSON([]byte(text), &e); err == nil || err.Error() != want {
			t.Errorf("%s\ngot  %v\nwant %s", text, err, want)
		}
	}
}

func TestEventsHaveOneJSONForm(t *testing.T) {
	want := ordinary(4)
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	var got []Event
	if err := json.Unmarshal(b, &got); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\n%s", err, b)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, e := range ordinary(4) {
		f.Add(AppendJSON(nil, &e))
	}
	f.Add([]byte(`{"text":"\ud83d\ude00\udcff\u00e9","at":-9223372036854775808}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e, again Event
		if ParseJSON(b, &e) != nil {
			return
		}
		if !json.Valid(b) {
			t.Fatalf("not JSON, but read: %q", b)
		}
		if err := ParseJSON(AppendJSON(nil, &e), &again); err != nil || again != e {
			t.Fatalf("%v\n%+v\n%+v", err, e, again)
		}
	})
}

func BenchmarkAppendJSON(b *testing.B) {
	events := ordinary(1000)
	var buf []byte
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		buf = AppendJSON(buf[:0], &events[i%len(events)])
	}
}

func BenchmarkParseJSON(b *testing.B) {
	var lines [][]byte
	for _, e := range ordinary(1000) {
		lines = append(lines, AppendJSON(nil, &e))
	}
	b.ReportAllocs()
	var e Event
	names := make(interned)
	for i := 0; b.Loop(); i++ {
		if err := parseEvent(lines[i%len(lines)], &e, names); err != nil {
			b.Fatal(err)
		}
	}
}
