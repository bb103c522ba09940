package foreign

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
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

// value is one in EDN, or in JSON.
type value struct {
	kind  kind
	text  string // of an atom and a keyword as it stands; of a text what it holds
	tag   string // without its #; "" is none
	items []value
	line  int
}

// String is the value in EDN. Values that are equal are the same text: sets and maps
// are sorted.
func (v value) String() string {
	s := v.untagged()
	switch v.tag {
	case "":
		return s
	case `"`:
		return "#" + s
	}
	return "#" + v.tag + " " + s
}

func (v value) untagged() string {
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
	words := make([]string, 0, len(v.items))
	for i, item := range v.items {
		if v.kind == record && i%2 != 0 {
			words[len(words)-1] += " " + item.String()
			continue
		}
		words = append(words, item.String())
	}
	if v.kind != list {
		slices.Sort(words)
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

// within is a map whose keys are in a namespace, unless they have one of their own;
// that of _ is none.
func (v value) within(space string) value {
	for i := 0; i < len(v.items); i += 2 {
		key := &v.items[i]
		name, is := strings.CutPrefix(key.text, ":")
		switch {
		case key.kind != keyword || !is:
		case strings.HasPrefix(name, "_/"):
			key.text = ":" + name[2:]
		case !strings.Contains(name, "/"):
			key.text = ":" + space + "/" + name
		}
	}
	return v
}

func (v value) isNil() bool { return v.kind == atom && v.text == "nil" && v.tag == "" }

// isPair says whether a value may be a key with a value.
func (v value) isPair() bool {
	return v.kind == list && len(v.items) == 2 && (v.tag == "" || v.isTuple())
}

// isTuple says whether it certainly is one: it was printed as a tuple of Jepsen's
// independent tests, or as an entry of a map.
func (v value) isTuple() bool {
	switch v.tag {
	case "jepsen.independent/tuple", "jepsen.independent.Tuple", "clojure.lang.MapEntry":
		return v.kind == list && len(v.items) == 2
	}
	return false
}

var (
	integers = regexp.MustCompile(`^[+-]?[0-9]+N?$`)
	floats   = regexp.MustCompile(`^[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?$`)
)

// canonical is a word as it stands; a number is written in one way, so that 3N and +3 are
// 3, and 1e3 is 1000.0. That 3.0 and 3.0M are not 3, nor each other, is Clojure's =.
func canonical(word string) string {
	if c := word[0]; c != '+' && c != '-' && (c < '0' || c > '9') {
		return word
	}
	switch {
	case integers.MatchString(word):
		digits := strings.TrimLeft(strings.TrimSuffix(word, "N"), "+")
		sign := ""
		if strings.HasPrefix(digits, "-") {
			sign, digits = "-", digits[1:]
		}
		if digits = strings.TrimLeft(digits, "0"); digits == "" {
			return "0"
		}
		return sign + digits
	case floats.MatchString(word):
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			return word
		}
		s := strconv.FormatFloat(f, 'g', -1, 64)
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		return s
	}
	return word
}
