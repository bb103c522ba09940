package trace

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// scanner takes JSON tokens off a line.
type scanner struct {
	b []byte
	i int
	// scratch holds the last string that had escapes in it.
	scratch []byte
}

// fail says what should stand where the scanner is.
func (p *scanner) fail(want string) error {
	return fmt.Errorf("byte %d should begin %s", p.i+1, want)
}

func (p *scanner) skipSpace() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\n', '\r':
			p.i++
		default:
			return
		}
	}
}

// take takes the byte c, and blanks before it, if it is next.
func (p *scanner) take(c byte) bool {
	if p.i >= len(p.b) || p.b[p.i] != c {
		p.skipSpace()
		if p.i >= len(p.b) || p.b[p.i] != c {
			return false
		}
	}
	p.i++
	return true
}

func (p *scanner) end() error {
	if p.skipSpace(); p.i < len(p.b) {
		return p.fail("nothing more")
	}
	return nil
}

// key takes a field's name and its colon.
func (p *scanner) key() ([]byte, error) {
	key, err := p.quoted()
	if err != nil {
		return nil, err
	}
	if !p.take(':') {
		return nil, p.fail("a colon")
	}
	return key, nil
}

func (p *scanner) uint() (uint64, error) {
	p.skipSpace()
	start := p.i
	var v uint64
	for p.i < len(p.b) && '0' <= p.b[p.i] && p.b[p.i] <= '9' {
		digit := uint64(p.b[p.i] - '0')
		if v > (1<<64-1-digit)/10 {
			return 0, fmt.Errorf("a number above 18446744073709551615")
		}
		v = v*10 + digit
		p.i++
	}
	if p.i == start || p.b[start] == '0' && p.i > start+1 {
		p.i = start
		return 0, p.fail("a whole number")
	}
	return v, nil
}

func signed[T ~int64](p *scanner) (T, error) {
	negative := p.take('-')
	if negative && p.i < len(p.b) && (p.b[p.i] < '0' || p.b[p.i] > '9') {
		return 0, p.fail("a digit")
	}
	v, err := p.uint()
	switch {
	case err != nil:
		return 0, err
	case negative && v <= 1<<63:
		return T(-v), nil
	case negative || v > 1<<63-1:
		return 0, fmt.Errorf("a time beyond 64 bits of nanoseconds")
	}
	return T(v), nil
}

func (p *scanner) hash() (uint64, error) {
	digits, err := p.quoted()
	if err != nil {
		return 0, err
	}
	var b [8]byte
	if len(digits) != 2*len(b) {
		return 0, fmt.Errorf("%d digits; a hash has 16 hexadecimal ones", len(digits))
	}
	if _, err := hex.Decode(b[:], digits); err != nil {
		return 0, fmt.Errorf("%.40q is no hash of 16 hexadecimal digits", digits)
	}
	return binary.BigEndian.Uint64(b[:]), nil
}

func (p *scanner) text(names interned) (string, error) {
	b, err := p.quoted()
	if err != nil {
		return "", err
	}
	return names.string(b), nil
}

// quoted takes a string. What it returns is good until the next call.
func (p *scanner) quoted() ([]byte, error) {
	if !p.take('"') {
		return nil, p.fail("a string")
	}
	out, escaped := p.scratch[:0], false
	plain := p.i // where the run of bytes that are no escape begins
	for p.i < len(p.b) {
		switch b := p.b[p.i]; {
		case b == '"':
			run := p.b[plain:p.i]
			p.i++
			if !escaped {
				return run, nil
			}
			p.scratch = append(out, run...)
			return p.scratch, nil
		case b == '\\':
			escaped = true
			var err error
			if out, err = p.escape(append(out, p.b[plain:p.i]...)); err != nil {
				return nil, err
			}
			plain = p.i
		case b < ' ':
			return nil, p.fail("an escape: control characters are written as one")
		case b < utf8.RuneSelf:
			p.i++
		default:
			_, size := utf8.DecodeRune(p.b[p.i:])
			if size == 1 {
				return nil, p.fail("a character in UTF-8")
			}
			p.i += size
		}
	}
	return nil, p.fail("the rest of a string")
}

// escape takes one escape (RFC 8259, section 7) and appends what it stands for.
func (p *scanner) escape(out []byte) ([]byte, error) {
	if p.i+1 >= len(p.b) {
		return nil, p.fail("an escape")
	}
	switch c := p.b[p.i+1]; c {
	case '"', '\\', '/':
		out = append(out, c)
	case 'b':
		out = append(out, '\b')
	case 'f':
		out = append(out, '\f')
	case 'n':
		out = append(out, '\n')
	case 'r':
		out = append(out, '\r')
	case 't':
		out = append(out, '\t')
	case 'u':
		return p.escapeUnicode(out)
	default:
		return nil, p.fail("an escape")
	}
	p.i += 2
	return out, nil
}

func (p *scanner) escapeUnicode(out []byte) ([]byte, error) {
	r, ok := p.hex4(p.i)
	switch {
	case !ok:
		return nil, p.fail(`an escape such as \u00e9`)
	case !utf16.IsSurrogate(r):
		p.i += 6
		return utf8.AppendRune(out, r), nil
	case 0xdc80 <= r && r <= 0xdcff: // a byte that is not UTF-8
		p.i += 6
		return append(out, byte(r)), nil
	}
	low, ok := p.hex4(p.i + 6)
	pair := utf16.DecodeRune(r, low)
	if !ok || pair == utf8.RuneError {
		return nil, p.fail("a pair of surrogates")
	}
	p.i += 12
	return utf8.AppendRune(out, pair), nil
}

// hex4 reads the escape \uXXXX at i.
func (p *scanner) hex4(i int) (rune, bool) {
	if i+6 > len(p.b) || p.b[i] != '\\' || p.b[i+1] != 'u' {
		return 0, false
	}
	var b [2]byte
	if _, err := hex.Decode(b[:], p.b[i+2:i+6]); err != nil {
		return 0, false
	}
	return rune(binary.BigEndian.Uint16(b[:])), true
}
