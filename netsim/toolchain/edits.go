package toolchain

import (
	"cmp"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Mend is a small change of the package hashicorp/raft, applied to a copy of it when a
// program is built. ParseMend reads its text form.
type Mend struct {
	Name  string
	Why   string   // the comment that it begins with
	With  []string // names of mends that it is no mend without
	Edits []Edit   // its own; who reads the mends adds those of With
}

// Edit is one edit of a file of the package: the lines Find must occur in it exactly
// once, and become the lines Replace.
type Edit struct {
	File     string
	Versions Versions // of the library that it is for; the others do without it
	Find     string   // whole lines, each with its end
	Replace  string
	Of       string // the mend whose text has it
	Line     int    // of that text, where it begins
}

// MendError says that mends cannot be had with the library that was asked for.
type MendError interface {
	error
	mend()
}

func (*EditError) mend()    {}
func (*OverlapError) mend() {}

// EditError says that an edit does not fit the library.
type EditError struct {
	Mend  string
	Line  int
	File  string
	Raft  string // the library, as Program.Raft has it
	Found int    // how often the text was found
}

func (e *EditError) Error() string {
	return fmt.Sprintf("mend %q: the edit at its line %d must match %s of hashicorp/raft %s exactly once, but matches %d times",
		e.Mend, e.Line, e.File, e.Raft, e.Found)
}

// OverlapError says that two mends cannot be had together.
type OverlapError struct{ One, Other, File string }

func (e *OverlapError) Error() string {
	return fmt.Sprintf("mends %q and %q change the same lines of %s", e.One, e.Other, e.File)
}

// ParseMend reads a mend. Its text is made of lines:
//
//	# A comment. The one that the text begins with says what the mend does.
//	with NAME
//	edit FILE
//	for VERSIONS
//	find
//	…
//	replace
//	…
//	end
//
// "with" names another mend that belongs to this one. "edit" begins an edit of a file;
// "for", which may be left out, says of which versions of the library (see Versions).
// The lines between find and replace are looked for, those between replace and end take
// their place, both as they stand. Comments and empty lines stand between edits.
//
// An error is one line, and says which.
func ParseMend(name, text string) (Mend, error) {
	p := mendParser{mend: Mend{Name: name}}
	for k, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		p.line = k + 1
		if err := p.next(line); err != nil {
			return Mend{}, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	switch {
	case p.in != "":
		return Mend{}, fmt.Errorf("line %d: the text ends within an edit of %s", p.line, p.edit.File)
	case p.mend.Why == "":
		return Mend{}, errors.New("it does not begin with a comment that says what it does")
	case len(p.mend.Edits) == 0 && len(p.mend.With) == 0:
		return Mend{}, errors.New("it changes nothing")
	}
	return p.mend, nil
}

type mendParser struct {
	mend Mend
	line int
	edit Edit
	in   string // what the present edit is in: "edit", "find", "replace", or "" outside
	past bool   // the first comment is over
}

func (p *mendParser) next(line string) error {
	switch p.in {
	case "find":
		return p.block(line, &p.edit.Find, "replace")
	case "replace":
		return p.block(line, &p.edit.Replace, "end")
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	if word != "#" {
		p.past = true
	}
	switch {
	case word == "#":
		if !p.past {
			p.mend.Why = strings.TrimSpace(p.mend.Why + " " + rest)
		}
	case line == "":
	case p.in == "" && word == "with" && rest != "":
		p.mend.With = append(p.mend.With, rest)
	case p.in == "" && word == "edit" && rest != "":
		if path.Base(rest) != rest || path.Ext(rest) != ".go" {
			return fmt.Errorf("%q is no Go file of the package", rest)
		}
		p.edit, p.in = Edit{File: rest, Of: p.mend.Name, Line: p.line}, "edit"
	case p.in == "edit" && word == "for" && rest != "":
		p.edit.Versions = Versions(rest)
		return p.edit.Versions.Check()
	case p.in == "edit" && line == "find":
		p.in = "find"
	default:
		return fmt.Errorf("%q is not what can stand here", line)
	}
	return nil
}

// block takes a line of a block, which the word until ends.
func (p *mendParser) block(line string, into *string, until string) error {
	if line != until {
		*into += line + "\n"
		return nil
	}
	switch {
	case until == "replace" && p.edit.Find == "":
		return errors.New("an edit that looks for nothing")
	case until == "replace":
		p.in = "replace"
		return nil
	case p.edit.Find == p.edit.Replace:
		return errors.New("an edit that changes nothing")
	}
	p.mend.Edits, p.in = append(p.mend.Edits, p.edit), ""
	return nil
}

// MendsFor are the mends that have something to change in a version of the library, each
// with the edits for that version only. With "" as the version it is taken as newer than
// any.
func MendsFor(mends []Mend, version string) []Mend {
	var some []Mend
	for _, m := range mends {
		m.Edits = slices.DeleteFunc(slices.Clone(m.Edits), func(e Edit) bool { return !e.Versions.Has(cmp.Or(version, "v9999.0.0")) })
		if len(m.Edits) > 0 {
			some = append(some, m)
		}
	}
	return some
}

// change is what an edit comes to in a file: the lines from, to, and what stands there
// instead.
type change struct {
	Edit
	from, to int
	lines    []string
}

// mendFile edits one file's text. All edits are looked up in the text as it was, so the
// order in which mends are named means nothing. What they insert at the same place stands
// in the order of their names; an edit that two of them hold is made once; other edits
// of the same lines are an *OverlapError.
func mendFile(mends []Mend, file, text, raft string) (string, error) {
	lines := strings.SplitAfter(text, "\n")
	var changes []change
	for _, m := range mends {
		for _, e := range m.Edits {
			if e.File != file {
				continue
			}
			c, err := find(e, lines, raft)
			if err != nil {
				return "", err
			}
			same := func(o change) bool { return o.Find == e.Find && o.Replace == e.Replace }
			if !slices.ContainsFunc(changes, same) {
				changes = append(changes, c)
			}
		}
	}
	slices.SortStableFunc(changes, func(a, b change) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to), cmp.Compare(a.Of, b.Of))
	})
	var b strings.Builder
	at, by := 0, ""
	for _, c := range changes {
		if c.from < at {
			return "", &OverlapError{by, c.Of, file}
		}
		b.WriteString(strings.Join(lines[at:c.from], "") + strings.Join(c.lines, ""))
		at, by = c.to, c.Of
	}
	b.WriteString(strings.Join(lines[at:], ""))
	return b.String(), nil
}

// find looks an edit up. Lines at the beginning and the end that it leaves as they are
// only say where it is.
func find(e Edit, lines []string, raft string) (change, error) {
	want, put := blockLines(e.Find), blockLines(e.Replace)
	found, at := 0, 0
	for k := range lines {
		if k+len(want) <= len(lines) && slices.Equal(lines[k:k+len(want)], want) {
			found, at = found+1, k
		}
	}
	if found != 1 {
		return change{}, &EditError{Mend: e.Of, Line: e.Line, File: e.File, Raft: raft, Found: found}
	}
	from, to := at, at+len(want)
	for from < to && len(put) > 0 && lines[from] == put[0] {
		from, put = from+1, put[1:]
	}
	for from < to && len(put) > 0 && lines[to-1] == put[len(put)-1] {
		to, put = to-1, put[:len(put)-1]
	}
	return change{Edit: e, from: from, to: to, lines: put}, nil
}

func blockLines(block string) []string {
	lines := strings.SplitAfter(block, "\n")
	return lines[:len(lines)-1]
}
