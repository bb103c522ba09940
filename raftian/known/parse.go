package known

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"raftian/netsim/plan"
)

// header is the first line of a file.
const header = "raftian known 1"

// Parse reads a file of entries, as Language has it. An error begins with the number of
// the line, and names the file by name.
func Parse(name, content string) (*File, error) {
	f := &File{}
	begun := false
	for k, line := range strings.Split(content, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		var err error
		switch {
		case !begun && line != header:
			err = fmt.Errorf("the first line is not %q", header)
		case begun:
			err = f.line(k+1, line)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, k+1, err)
		}
		begun = true
	}
	if !begun {
		return nil, fmt.Errorf("%s:1: the first line is not %q", name, header)
	}
	for k := range f.Entries {
		if e := &f.Entries[k]; e.whole() != nil {
			return nil, fmt.Errorf("%s:%d: known %s: %w", name, e.Line, e.Name, e.whole())
		}
	}
	return f, nil
}

// whole says what an Entry wants.
func (e *Entry) whole() error {
	switch {
	case e.Judge == "":
		return errors.New("it names no judge")
	case e.Signature == "":
		return errors.New("it has no signature")
	case !slices.ContainsFunc(e.steps, func(s step) bool { return !s.shows }):
		return errors.New("it has no step; how a violation looks does not say how it came about, and others may look alike")
	}
	return nil
}

// line reads a line that is no comment.
func (f *File) line(n int, line string) error {
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if word == "known" {
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]*$`).MatchString(rest) {
			return fmt.Errorf("%q is no name; it is made of small letters, digits and -", rest)
		}
		if k := slices.IndexFunc(f.Entries, func(e Entry) bool { return e.Name == rest }); k >= 0 {
			return fmt.Errorf("%s is in line %d already", rest, f.Entries[k].Line)
		}
		f.Entries = append(f.Entries, Entry{Name: rest, Line: n})
		return nil
	}
	if len(f.Entries) == 0 {
		return errors.New("an entry begins with a line known NAME")
	}
	return f.Entries[len(f.Entries)-1].line(n, word, rest)
}

func (e *Entry) line(n int, word, rest string) (err error) {
	switch word {
	case "judge", "signature":
		to := &e.Judge
		if word == "signature" {
			to = &e.Signature
		}
		if *to != "" || rest == "" {
			return fmt.Errorf("an entry has one %s", word)
		}
		*to = rest
	case "needs":
		key, value, ok := strings.Cut(rest, "=")
		if !ok || key == "" {
			return fmt.Errorf("%q is no setting; write SETTING=VALUE", rest)
		}
		e.Needs = append(e.Needs, plan.Setting{Key: key, Value: value})
	case "on":
		if e.on != nil || len(e.steps) > 0 {
			return errors.New("on stands once, before the steps")
		}
		if e.on, err = e.conditions(rest); err != nil {
			return err
		}
		for _, c := range e.on {
			if c.field.name != "machine" && c.field.name != "index" {
				return fmt.Errorf("a violation has a machine and an index, and no %s", c.field.name)
			}
		}
	case "step", "shows":
		kind, conditions, _ := strings.Cut(rest, " ")
		if !regexp.MustCompile(`^[a-z][a-z0-9_-]*$`).MatchString(kind) {
			return fmt.Errorf("%s wants the kind of an event first", word)
		}
		s := step{line: n, shows: word == "shows", kind: kind}
		if s.conditions, err = e.conditions(conditions); err != nil {
			return err
		}
		e.steps = append(e.steps, s)
	default:
		return fmt.Errorf("%q is none of known, judge, signature, on, needs, step, shows", word)
	}
	return nil
}

// conditions reads those of a line.
func (e *Entry) conditions(rest string) (all []condition, err error) {
	words := regexp.MustCompile(`[^\s"]*"(?:[^"\\]|\\.)*"|\S+`).FindAllString(rest, -1)
	for _, word := range words {
		c, err := e.condition(word)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
