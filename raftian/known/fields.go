package known

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"raftian/netsim/trace"
)

// sort is which values a field has, and with it a variable.
type sort int

const (
	number sort = iota
	machine
	text
)

func (s sort) String() string { return [...]string{"a number", "a machine", "a text"}[s] }

// value is that of a field or a variable: n of a number, s of others.
type value struct {
	n uint64
	s string
}

// field is one that events have.
type field struct {
	name string
	sort sort
	of   func(e *trace.Event) value
}

func fields() []field {
	num := func(of func(e *trace.Event) uint64) func(*trace.Event) value {
		return func(e *trace.Event) value { return value{n: of(e)} }
	}
	str := func(of func(e *trace.Event) string) func(*trace.Event) value {
		return func(e *trace.Event) value { return value{s: of(e)} }
	}
	return []field{
		{"machine", machine, str(func(e *trace.Event) string { return e.Machine })},
		{"peer", machine, str(func(e *trace.Event) string { return e.Peer })},
		{"client", text, str(func(e *trace.Event) string { return e.Client })},
		{"text", text, str(func(e *trace.Event) string { return e.Text })},
		{"boot", number, num(func(e *trace.Event) uint64 { return e.Boot })},
		{"seq", number, num(func(e *trace.Event) uint64 { return e.Seq })},
		{"term", number, num(func(e *trace.Event) uint64 { return e.Term })},
		{"index", number, num(func(e *trace.Event) uint64 { return e.Index })},
		{"count", number, num(func(e *trace.Event) uint64 { return e.Count })},
		{"hash", number, num(func(e *trace.Event) uint64 { return e.Hash })},
		{"state", number, num(func(e *trace.Event) uint64 { return e.State })},
		{"conn", number, num(func(e *trace.Event) uint64 { return e.Conn })},
	}
}

// variable is one of an Entry.
type variable struct {
	name string
	sort sort
}

// condition is one on a field of an event.
type condition struct {
	field   field
	op      string
	literal value
	pattern *regexp.Regexp // of a text with *; else nil
	v       int            // the place of a variable in Entry.vars; -1 is none
	plus    int64          // to the variable
	binds   bool           // the variable has no value before this
}

// wanted is the value to compare with.
func (c *condition) wanted(b binding) value {
	if c.v < 0 {
		return c.literal
	}
	w := b[c.v]
	w.n += uint64(c.plus)
	return w
}

// holds compares the value of a field.
func (c *condition) holds(got value, b binding) bool {
	if c.pattern != nil {
		return c.pattern.MatchString(got.s) == (c.op == "=")
	}
	want := c.wanted(b)
	switch c.op {
	case "=":
		return got == want
	case "!=":
		return got != want
	case "<":
		return got.n < want.n
	case "<=":
		return got.n <= want.n
	case ">":
		return got.n > want.n
	}
	return got.n >= want.n
}

// condition reads FIELD OP VALUE, and binds a variable that has no value yet.
func (e *Entry) condition(word string) (c condition, err error) {
	m := regexp.MustCompile(`^([a-z]+)(!=|<=|>=|=|<|>)(.+)$`).FindStringSubmatch(word)
	if m == nil {
		return c, fmt.Errorf("%q is no condition; write FIELD=VALUE", word)
	}
	known := false
	for _, f := range fields() {
		if f.name == m[1] {
			c.field, known = f, true
		}
	}
	if !known {
		return c, fmt.Errorf("there is no field %s; there are machine, boot, peer, client, seq, term, index, count, hash, state, conn, text", m[1])
	}
	c.op, c.v = m[2], -1
	if c.field.sort != number && c.op != "=" && c.op != "!=" {
		return c, fmt.Errorf("%s takes = and !=, not %s", m[1], c.op)
	}
	if v := regexp.MustCompile(`^([A-Z][0-9]*)([+-][0-9]+)?$`).FindStringSubmatch(m[3]); v != nil {
		return c, e.reference(&c, v[1], v[2])
	}
	if regexp.MustCompile(`^[A-Z][0-9]*[+-]`).MatchString(m[3]) {
		return c, fmt.Errorf("%s adds no number to a variable; a text that begins so stands in quotation marks", m[3])
	}
	return c, c.value(m[3])
}

// value reads one that is no variable.
func (c *condition) value(word string) (err error) {
	switch {
	case c.field.sort == number:
		base := 10
		if strings.HasPrefix(word, "0x") {
			word, base = word[2:], 16
		}
		if c.literal.n, err = strconv.ParseUint(word, base, 64); err != nil {
			return fmt.Errorf("%s takes a number or a variable, not %s", c.field.name, word)
		}
	case strings.HasPrefix(word, `"`):
		if c.literal.s, err = strconv.Unquote(word); err != nil {
			return fmt.Errorf("%s is no text in quotation marks", word)
		}
		if strings.Contains(c.literal.s, "*") {
			parts := strings.Split(c.literal.s, "*")
			for k := range parts {
				parts[k] = regexp.QuoteMeta(parts[k])
			}
			c.pattern = regexp.MustCompile(`(?s)^` + strings.Join(parts, ".*") + `$`)
		}
	default:
		c.literal.s = word
	}
	return nil
}

// reference has a condition refer to a variable.
func (e *Entry) reference(c *condition, name, plus string) error {
	if plus != "" {
		if c.field.sort != number {
			return fmt.Errorf("%s is %s, to which nothing can be added", c.field.name, c.field.sort)
		}
		c.plus, _ = strconv.ParseInt(plus, 10, 64)
	}
	for k, v := range e.vars {
		if v.name == name {
			if v.sort != c.field.sort {
				return fmt.Errorf("%s is %s, and %s is %s", name, v.sort, c.field.name, c.field.sort)
			}
			c.v = k
			return nil
		}
	}
	if c.op != "=" || plus != "" {
		return fmt.Errorf("%s has no value yet; the first time it stands alone after a =", name)
	}
	if len(e.vars) == len(binding{}) {
		return fmt.Errorf("there are more than %d variables", len(binding{}))
	}
	c.v, c.binds = len(e.vars), true
	e.vars = append(e.vars, variable{name, c.field.sort})
	return nil
}
