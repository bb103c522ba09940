package trace

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"raftian/netsim/env"
)

// The JSON form of an event is one flat object without its zero fields:
//
//	{"n":17,"at":512000000,"kind":"apply","machine":"n1","boot":1,"client":"p1",
//	 "seq":3,"term":2,"index":9,"hash":"00f1e2d3c4b5a697","state":"…"}
//
// Times are whole nanoseconds, hashes 16 hexadecimal digits. Go strings hold
// bytes, JSON strings hold Unicode: a byte 0xNN that is no part of valid UTF-8
// is written as the lone surrogate \udcNN (as in Python's PEP 383), which valid
// text cannot contain, so every string reads back as it was.

// AppendJSON appends the JSON form of e to dst.
func AppendJSON(dst []byte, e *Event) []byte {
	dst = append(dst, '{')
	dst = appendUint(dst, `"n":`, e.N)
	dst = appendInt(dst, `"at":`, int64(e.At))
	dst = appendText(dst, `"kind":`, e.Kind)
	dst = appendText(dst, `"machine":`, e.Machine)
	dst = appendUint(dst, `"boot":`, e.Boot)
	dst = appendText(dst, `"peer":`, e.Peer)
	dst = appendText(dst, `"client":`, e.Client)
	dst = appendUint(dst, `"seq":`, e.Seq)
	dst = appendUint(dst, `"term":`, e.Term)
	dst = appendUint(dst, `"index":`, e.Index)
	dst = appendUint(dst, `"count":`, e.Count)
	dst = appendHash(dst, `"hash":"`, e.Hash)
	dst = appendHash(dst, `"state":"`, e.State)
	dst = appendUint(dst, `"conn":`, e.Conn)
	dst = appendInt(dst, `"took":`, int64(e.Took))
	dst = appendText(dst, `"text":`, e.Text)
	if last := len(dst) - 1; dst[last] == ',' {
		dst[last] = '}'
		return dst
	}
	return append(dst, '}')
}

// MarshalJSON returns the JSON form.
func (e Event) MarshalJSON() ([]byte, error) { return AppendJSON(nil, &e), nil }

// UnmarshalJSON reads the JSON form, as ParseJSON does.
func (e *Event) UnmarshalJSON(b []byte) error { return ParseJSON(b, e) }

// appendUint appends a field and a comma, or nothing if it is zero; so do its
// like below.
func appendUint(dst []byte, key string, v uint64) []byte {
	if v == 0 {
		return dst
	}
	return append(strconv.AppendUint(append(dst, key...), v, 10), ',')
}

func appendInt(dst []byte, key string, v int64) []byte {
	if v == 0 {
		return dst
	}
	return append(strconv.AppendInt(append(dst, key...), v, 10), ',')
}

func appendHash(dst []byte, key string, v uint64) []byte {
	if v == 0 {
		return dst
	}
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], v)
	dst = hex.AppendEncode(append(dst, key...), b[:])
	return append(dst, '"', ',')
}

func appendText(dst []byte, key, s string) []byte {
	if s == "" {
		return dst
	}
	dst = append(append(dst, key...), '"')
	plain := 0 // where the run of bytes that need no escape begins
	for i := 0; i < len(s); {
		b := s[i]
		if b >= utf8.RuneSelf {
			if _, size := utf8.DecodeRuneInString(s[i:]); size > 1 {
				i += size
				continue
			}
		} else if b >= ' ' && b != '"' && b != '\\' {
			i++
			continue
		}
		dst = appendEscape(append(dst, s[plain:i]...), b)
		i++
		plain = i
	}
	return append(append(dst, s[plain:]...), '"', ',')
}

func appendEscape(dst []byte, b byte) []byte {
	const digits = "0123456789abcdef"
	switch {
	case b == '"' || b == '\\':
		return append(dst, '\\', b)
	case b == '\n':
		return append(dst, `\n`...)
	case b == '\r':
		return append(dst, `\r`...)
	case b == '\t':
		return append(dst, `\t`...)
	case b < ' ':
		return append(dst, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
	}
	return append(dst, '\\', 'u', 'd', 'c', digits[b>>4], digits[b&15])
}

// ParseJSON reads the JSON form of an event into e. Anything else is an error
// that names the field it is about: unknown fields, fields that are there
// twice, values of another type or out of range, bytes after the object.
func ParseJSON(b []byte, e *Event) error { return parseEvent(b, e, nil) }

// parseEvent is ParseJSON with a table of strings that repeat.
func parseEvent(b []byte, e *Event, names interned) error {
	*e = Event{}
	p := scanner{b: b}
	if !p.take('{') {
		return p.fail("an object")
	}
	if p.take('}') {
		return p.end()
	}
	var seen uint32
	for {
		key, err := p.key()
		if err != nil {
			return err
		}
		bit, err := p.field(key, e, names)
		if err != nil {
			return fmt.Errorf("field %.40q: %w", key, err)
		}
		if seen&bit != 0 {
			return fmt.Errorf("field %.40q is there twice", key)
		}
		seen |= bit
		switch {
		case p.take(','):
		case p.take('}'):
			return p.end()
		default:
			return p.fail("a comma or the end of the object")
		}
	}
}

// field reads the value of a field into e; it returns a bit of the field's own.
func (p *scanner) field(key []byte, e *Event, names interned) (bit uint32, err error) {
	switch string(key) {
	case "n":
		e.N, err = p.uint()
		return 1 << 0, err
	case "at":
		e.At, err = signed[env.Instant](p)
		return 1 << 1, err
	case "kind":
		e.Kind, err = p.text(names)
		return 1 << 2, err
	case "machine":
		e.Machine, err = p.text(names)
		return 1 << 3, err
	case "boot":
		e.Boot, err = p.uint()
		return 1 << 4, err
	case "peer":
		e.Peer, err = p.text(names)
		return 1 << 5, err
	case "client":
		e.Client, err = p.text(names)
		return 1 << 6, err
	case "seq":
		e.Seq, err = p.uint()
		return 1 << 7, err
	case "term":
		e.Term, err = p.uint()
		return 1 << 8, err
	case "index":
		e.Index, err = p.uint()
		return 1 << 9, err
	case "count":
		e.Count, err = p.uint()
		return 1 << 10, err
	case "hash":
		e.Hash, err = p.hash()
		return 1 << 11, err
	case "state":
		e.State, err = p.hash()
		return 1 << 12, err
	case "conn":
		e.Conn, err = p.uint()
		return 1 << 13, err
	case "took":
		e.Took, err = signed[time.Duration](p)
		return 1 << 14, err
	case "text":
		e.Text, err = p.text(nil)
		return 1 << 15, err
	}
	return 0, fmt.Errorf("an event has no such field")
}

// interned holds one copy of each string that repeats. The nil table holds
// nothing.
type interned map[string]string

func (t interned) string(b []byte) string {
	if s, ok := t[string(b)]; ok {
		return s
	}
	s := string(b)
	if t != nil && len(t) < namesMax && len(b) <= nameBytesMax {
		t[s] = s
	}
	return s
}

// nameBytesMax is the longest string worth keeping in the table.
const nameBytesMax = 64
