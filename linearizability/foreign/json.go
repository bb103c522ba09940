package foreign

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// isJSON says whether a text is JSON: an object, or a list of them.
func isJSON(text []byte) bool {
	if rest, is := bytes.CutPrefix(text, []byte("[")); is {
		text = bytes.TrimLeft(rest, " \t\r\n")
	}
	rest, is := bytes.CutPrefix(text, []byte("{"))
	return is && bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"`))
}

// object is one in JSON, and the line where it begins.
type object struct {
	text []byte
	line int
}

// readJSON reads objects, one a line or all in one list: operations of our own, or the
// entries of a history of Jepsen's, which have a process.
func readJSON(text []byte, w Words) (*History, error) {
	all, err := objects(text)
	if err != nil || len(all) == 0 {
		return &History{}, err
	}
	if !hasProcess(all[0].text) {
		return readJSONL(all, w)
	}
	j := jepsen{index: -1}
	for _, o := range all {
		m, err := entryInJSON(o)
		if err == nil {
			err = j.add(m)
		}
		if err != nil {
			return nil, err
		}
	}
	return operations(j.entries, w)
}

// objects takes a text apart. What is wrong inside a line is found out by who reads it.
func objects(text []byte) (all []object, err error) {
	if begin := bytes.TrimLeft(text, " \t\r\n"); begin[0] == '[' {
		return listed(text)
	}
	line := 0
	for l := range bytes.Lines(text) {
		line++
		if len(bytes.TrimSpace(l)) > 0 {
			all = append(all, object{l, line})
		}
	}
	return all, nil
}

// listed takes a list apart.
func listed(text []byte) (all []object, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	line, counted := 1, 0
	here := func() int {
		to := int(d.InputOffset())
		for to < len(text) && strings.IndexByte(" \t\r\n,", text[to]) >= 0 {
			to++
		}
		line += bytes.Count(text[counted:to], []byte("\n"))
		counted = to
		return line
	}
	if _, err := d.Token(); err != nil {
		return nil, wrong(1, "%v", err)
	}
	for d.More() {
		at := here()
		var o json.RawMessage
		if err := d.Decode(&o); err != nil {
			return nil, wrong(at, "%v", cutOff(err))
		}
		all = append(all, object{o, at})
	}
	if _, err := d.Token(); err != nil {
		return nil, wrong(here(), "%v", cutOff(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, wrong(here(), "something follows the list")
	}
	return all, nil
}

// cutOff says in words that a text ends too early.
func cutOff(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return errors.New("it ends within the operation")
	}
	return err
}

// hasProcess says whether an object is an entry of a history of Jepsen's.
func hasProcess(text []byte) bool {
	var fields map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(text)).Decode(&fields) != nil {
		return false
	}
	_, process := fields["process"]
	_, client := fields["client"]
	return process && !client
}

// entryInJSON is an entry as it would be in EDN: its type and its f are keywords, and
// so is the process that is no client.
func entryInJSON(o object) (value, error) {
	d := json.NewDecoder(bytes.NewReader(o.text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return value{}, wrong(o.line, "%v", cutOff(err))
	}
	if _, err := d.Token(); err != io.EOF {
		return value{}, wrong(o.line, "something follows the entry")
	}
	fields, is := v.(map[string]any)
	if !is {
		return value{}, wrong(o.line, "%.40s is no entry such as %s", o.text, jepsenInJSON)
	}
	m := value{kind: record, line: o.line}
	for _, name := range []string{"process", "type", "f", "value", "key", "time", "index", "valid?"} {
		field, given := fields[name]
		if !given {
			continue
		}
		v := fromJSON(field, o.line)
		switch {
		case v.kind != text:
		case name == "type" || name == "f" || name == "process" && v.text == "nemesis":
			v.kind, v.text = keyword, ":"+strings.TrimPrefix(v.text, ":")
		case name == "process":
			v.kind = atom // "0" is 0, and any name is a client's
		}
		m.items = append(m.items, value{kind: keyword, text: ":" + name, line: o.line}, v)
	}
	return m, nil
}

// fromJSON is a value in JSON as it would be in EDN.
func fromJSON(v any, line int) value {
	switch v := v.(type) {
	case string:
		return value{kind: text, text: v, line: line}
	case json.Number:
		return value{kind: atom, text: canonical(v.String()), line: line}
	case bool:
		if v {
			return value{kind: atom, text: "true", line: line}
		}
		return value{kind: atom, text: "false", line: line}
	case []any:
		l := value{kind: list, line: line}
		for _, item := range v {
			l.items = append(l.items, fromJSON(item, line))
		}
		return l
	case map[string]any:
		m := value{kind: record, line: line}
		for name, item := range v { //raftian:unordered a map is written in the order of its keys
			m.items = append(m.items, value{kind: text, text: name, line: line}, fromJSON(item, line))
		}
		return m
	}
	return value{kind: atom, text: "nil", line: line}
}
