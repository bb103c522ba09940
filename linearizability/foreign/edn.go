package foreign

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

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
		passed, err := r.passes(depth)
		if err != nil {
			return value{}, false, err
		}
		if passed {
			continue
		}
		v, err := r.value(depth)
		return v, err == nil, err
	}
}

// passes passes what is no value of its own: what #_ discards, and what ^ says about
// the value after it.
func (r *edn) passes(depth int) (bool, error) {
	switch {
	case strings.HasPrefix(r.text, "#_"), strings.HasPrefix(r.text, "#^"):
		r.text = r.text[2:]
	case r.text[0] == '^':
		r.text = r.text[1:]
	default:
		return false, nil
	}
	_, err := r.need(depth)
	return true, err
}

// value reads the value that begins here.
func (r *edn) value(depth int) (value, error) {
	switch c := r.text[0]; {
	case c == '#':
		return r.marked(depth)
	case c == '"':
		return r.quoted()
	case c == '[' || c == '(' || c == '{':
		r.text = r.text[1:]
		end, k := closing(c)
		return r.until(end, k, depth)
	case c == '\\':
		return r.character()
	case isWord(c):
		v := value{kind: atom, line: r.line}
		word := r.word()
		if v.text = word; c == ':' {
			v.kind = keyword
		} else {
			v.text = canonical(word)
		}
		return v, nil
	}
	return value{}, wrong(r.line, "%q where a value should be", r.text[0])
}

// marked reads what a # marks: a set, a number such as ##Inf, a regular expression, a
// map whose keys share a namespace, or a value with a tag.
func (r *edn) marked(depth int) (value, error) {
	line := r.line
	switch {
	case strings.HasPrefix(r.text, "#{"):
		r.text = r.text[2:]
		return r.until('}', set, depth)
	case strings.HasPrefix(r.text, `#"`):
		r.text = r.text[1:]
		v, err := r.pattern()
		return v, err
	case strings.HasPrefix(r.text, "##"):
		if len(r.text) > 2 && isWord(r.text[2]) {
			return value{kind: atom, text: r.word(), line: line}, nil
		}
		return value{}, wrong(line, "a # without what it marks")
	case len(r.text) == 1 || !isWord(r.text[1]):
		return value{}, wrong(line, "a # without what it marks")
	}
	tag := r.word()[1:]
	v, err := r.need(depth)
	switch {
	case err != nil:
		return v, err
	case tag[0] == ':' && v.kind == record:
		return v.within(strings.TrimLeft(tag, ":")), nil
	}
	v.tag = tag
	return v, nil
}

// character reads a character such as \a or \newline.
func (r *edn) character() (value, error) {
	_, size := utf8.DecodeRuneInString(r.text[1:])
	if size == 0 {
		return value{}, wrong(r.line, "a backslash without a character")
	}
	v := value{kind: atom, text: r.text[:1+size], line: r.line}
	r.text = r.text[1+size:]
	if r.text != "" && isWord(r.text[0]) {
		v.text += r.word()
	}
	return v, nil
}

// pattern reads a regular expression, in which a backslash stands for itself.
func (r *edn) pattern() (value, error) {
	v := value{kind: text, tag: `"`, line: r.line}
	for i := 1; i < len(r.text); i++ {
		switch r.text[i] {
		case '\\':
			i++
		case '\n':
			r.line++
		case '"':
			v.text, r.text = r.text[1:i], r.text[i+1:]
			return v, nil
		}
	}
	return v, wrong(v.line, "a quotation mark has no other")
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
			if _, err := r.passes(depth); err != nil {
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
		if char, is := unit(rest); is {
			// A character beyond 16 bits is written as two halves.
			if low, is := unit(strings.TrimPrefix(rest[5:], `\`)); is && len(rest) >= 11 && rest[5] == '\\' {
				if whole := utf16.DecodeRune(char, low); whole != utf8.RuneError {
					return whole, 11, nil
				}
			}
			return char, 5, nil
		}
	}
	return 0, 0, fmt.Errorf("no text holds a backslash followed by %q", rest[:1])
}

// unit is the 16 bits that a text such as u0041 begins with.
func unit(text string) (rune, bool) {
	if len(text) < 5 || text[0] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[1:5], 16, 16)
	return rune(n), err == nil
}
