package foreign

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// kind is what a value in EDN is, as far as histories care.
type kind uint8

const (
	atom    kind = iota // nil, true, a number, a symbol or a character
	keyword             // its text begins with a colon
	text
	list   // or a vector, which differ in brackets only
	set    // nothing in a history
	record // a map: its items are keys and values in turn
)

// value is one in EDN. A tag says nothing that matters here and is left out.
type value struct {
	kind  kind
	text  string // of an atom and a keyword as it stands; of a text what it holds
	items []value
	line  int
}

// deepest is how far values may lie within each other.
const deepest = 64

// edn reads values from a text.
type edn struct {
	text string
	line int
}

// next returns the next value; false says that there is none any more.
func (r *edn) next(depth int) (value, bool, error) {
	for {
		r.space()
		if r.text == "" {
			return value{}, false, nil
		}
		if depth > deepest {
			return value{}, false, wrong(r.line, "values lie more than %d deep", deepest)
		}
		line := r.line
		switch c := r.text[0]; {
		case strings.HasPrefix(r.text, "#_"):
			r.text = r.text[2:]
			if _, err := r.need(depth); err != nil {
				return value{}, false, err
			}
			continue
		case strings.HasPrefix(r.text, "#{"):
			r.text = r.text[2:]
			v, err := r.until('}', set, depth)
			return v, true, err
		case c == '#':
			if len(r.text) == 1 || !isWord(r.text[1]) {
				return value{}, false, wrong(line, "a # without what it marks")
			}
			_ = r.word()
			v, err := r.need(depth)
			return v, true, err
		case c == '"':
			v, err := r.quoted()
			return v, true, err
		case c == '[' || c == '(' || c == '{':
			r.text = r.text[1:]
			end, k := closing(c)
			v, err := r.until(end, k, depth)
			return v, true, err
		case c == '\\':
			_, size := utf8.DecodeRuneInString(r.text[1:])
			v := value{kind: atom, text: r.text[:1+size], line: line}
			r.text = r.text[1+size:]
			if r.text != "" && isWord(r.text[0]) {
				v.text += r.word()
			}
			return v, true, nil
		case isWord(c):
			v := value{kind: atom, text: r.word(), line: line}
			if c == ':' {
				v.kind = keyword
			}
			return v, true, nil
		}
		return value{}, false, wrong(line, "%q where a value should be", r.text[0])
	}
}

// need is next where there must be one.
func (r *edn) need(depth int) (value, error) {
	v, is, err := r.next(depth + 1)
	if err == nil && !is {
		err = wrong(r.line, "it ends where a value should be")
	}
	return v, err
}

func closing(c byte) (byte, kind) {
	switch c {
	case '[':
		return ']', list
	case '(':
		return ')', list
	}
	return '}', record
}

// until reads values up to a bracket.
func (r *edn) until(end byte, k kind, depth int) (value, error) {
	v := value{kind: k, line: r.line}
	for {
		r.space()
		if strings.HasPrefix(r.text, "#_") { // may stand before the bracket
			r.text = r.text[2:]
			if _, err := r.need(depth); err != nil {
				return v, err
			}
			continue
		}
		if r.text != "" && r.text[0] == end {
			r.text = r.text[1:]
			if k == record && len(v.items)%2 != 0 {
				return v, wrong(v.line, "a map whose last key has no value")
			}
			return v, nil
		}
		if r.text == "" {
			return v, wrong(r.line, "it ends before the %q that belongs to line %d", end, v.line)
		}
		item, err := r.need(depth)
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
	}
}

// space passes spaces, commas and comments.
func (r *edn) space() {
	for i := 0; i < len(r.text); i++ {
		switch r.text[i] {
		case '\n':
			r.line++
		case ' ', '\t', '\r', '\f', ',':
		case ';':
			end := strings.IndexByte(r.text[i:], '\n')
			if end < 0 {
				r.text = ""
				return
			}
			i += end - 1
		default:
			r.text = r.text[i:]
			return
		}
	}
	r.text = ""
}

// isWord says whether a byte can be part of a symbol, a keyword or a number.
func isWord(c byte) bool {
	return c > ' ' && c != 0x7f && strings.IndexByte("\"()[]{},;\\", c) < 0
}

func (r *edn) word() string {
	end := 1
	for end < len(r.text) && isWord(r.text[end]) {
		end++
	}
	w := r.text[:end]
	r.text = r.text[end:]
	return w
}

func (r *edn) quoted() (value, error) {
	v := value{kind: text, line: r.line}
	var b strings.Builder
	for i := 1; i < len(r.text); i++ {
		switch c := r.text[i]; c {
		case '"':
			v.text, r.text = b.String(), r.text[i+1:]
			return v, nil
		case '\\':
			char, size, err := escaped(r.text[i+1:])
			if err != nil {
				return v, wrong(r.line, "%v", err)
			}
			b.WriteRune(char)
			i += size
		case '\n':
			r.line++
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
	return v, wrong(v.line, "a quotation mark has no other")
}

// escaped is what follows a backslash in a text, and how long that is.
func escaped(rest string) (char rune, size int, err error) {
	if rest == "" {
		return 0, 0, fmt.Errorf("a quotation mark has no other")
	}
	switch rest[0] {
	case 'n':
		return '\n', 1, nil
	case 't':
		return '\t', 1, nil
	case 'r':
		return '\r', 1, nil
	case 'b':
		return '\b', 1, nil
	case 'f':
		return '\f', 1, nil
	case '"', '\\':
		return rune(rest[0]), 1, nil
	case 'u':
		if len(rest) >= 5 {
			if n, err := strconv.ParseUint(rest[1:5], 16, 16); err == nil {
				return rune(n), 5, nil
			}
		}
	}
	return 0, 0, fmt.Errorf("no text holds a backslash followed by %q", rest[:1])
}

// String is the value in EDN, always in the same way.
func (v value) String() string {
	open, end := "[", "]"
	switch v.kind {
	case text:
		return strconv.Quote(v.text)
	case set:
		open, end = "#{", "}"
	case record:
		open, end = "{", "}"
	case list:
	default:
		return v.text
	}
	words := make([]string, len(v.items))
	for i, item := range v.items {
		words[i] = item.String()
	}
	return open + strings.Join(words, " ") + end
}

// get is what a map holds under a keyword.
func (v value) get(key string) (value, bool) {
	for i := 0; i+1 < len(v.items); i += 2 {
		if v.items[i].kind == keyword && v.items[i].text == key {
			return v.items[i+1], true
		}
	}
	return value{kind: atom, text: "nil", line: v.line}, false
}

func (v value) isNil() bool { return v.kind == atom && v.text == "nil" }
