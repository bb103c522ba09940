package foreign

import (
	"strconv"
	"strings"
)

// readJepsen reads a history as Jepsen writes it: maps with :process, :type, :f,
// :value and perhaps :time, :index and :key, one after another or in one list.
//
// A :fail had no effect, as Jepsen has it; that a :cas failed tells nothing about
// the value, then. Entries of a process that has a name and no number, such as
// :nemesis, are about the cluster and left out.
func readJepsen(text []byte, w Words) (*History, error) {
	r := edn{string(text), 1}
	j := jepsen{index: -1}
	for {
		v, is, err := r.next(0)
		if err != nil {
			return nil, err
		}
		if !is {
			return operations(j.entries, w)
		}
		all := []value{v}
		if v.kind == list {
			all = v.items
		}
		for _, m := range all {
			if err := j.add(m); err != nil {
				return nil, err
			}
		}
	}
}

// jepsen makes entries of maps.
type jepsen struct {
	entries []entry
	index   int64 // of the last entry
}

func (j *jepsen) add(m value) error {
	if m.kind != record {
		return wrong(m.line, "%.40s where a map such as {:process 0, :type :invoke, …} should be", m)
	}
	process, is := m.get(":process")
	if !is || process.isNil() {
		if _, is := m.get(":valid?"); is {
			return wrong(m.line, "these are the results of a test, and no history")
		}
		return wrong(m.line, "an entry without :process")
	}
	if err := j.inOrder(m); err != nil || process.kind == keyword {
		return err
	}
	e := entry{line: m.line, process: process.String(), time: -1}
	var err error
	if e.kind, err = keywordOf(m, ":type"); err != nil {
		return err
	}
	if e.f, err = keywordOf(m, ":f"); err != nil {
		return err
	}
	e.value, _ = m.get(":value")
	e.key, e.hasKey = m.get(":key")
	if e.time, err = integer(m, ":time"); err != nil {
		return err
	}
	j.entries = append(j.entries, e)
	return nil
}

// inOrder fails if an entry's :index is not above the last one's.
func (j *jepsen) inOrder(m value) error {
	index, err := integer(m, ":index")
	if err == nil && index >= 0 {
		if index <= j.index {
			return wrong(m.line, "the :index %d comes after %d", index, j.index)
		}
		j.index = index
	}
	return err
}

func keywordOf(m value, key string) (string, error) {
	v, is := m.get(key)
	if !is {
		return "", wrong(m.line, "an entry without %s", key)
	}
	if v.kind != keyword || len(v.text) < 2 {
		return "", wrong(m.line, "the %s %.40s is no keyword", key, v)
	}
	return v.text, nil
}

// integer is a number that is not negative. It is -1, which is how Jepsen says that
// one is not known, if it is not given.
func integer(m value, key string) (int64, error) {
	v, is := m.get(key)
	if !is || v.isNil() {
		return -1, nil
	}
	n, err := strconv.ParseInt(v.text, 10, 64)
	if v.kind != atom || err != nil || n < -1 {
		return 0, wrong(m.line, "the %s %.40s is no whole number from 0", key, v)
	}
	return n, nil
}

// isNumber says whether a text is digits alone.
func isNumber(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }
