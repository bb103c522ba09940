package defects

import (
	"fmt"
	"slices"
	"strings"

	"raftian/netsim/toolchain"
)

// AllMends stands for the mends of all findings.
const AllMends = "all"

// Mends are small changes of hashicorp/raft, one for each finding, that mend it; see
// toolchain.ParseMend for their form. They are applied to a copy of the package when a
// program is built, and only if asked for.
//
// The text names them, separated by commas, or says "all"; "" is none. A mend brings
// those that it is none without. A name that no finding has is an error, in one line.
func Mends(text string) ([]toolchain.Mend, error) {
	if text == "" {
		return nil, nil
	}
	all := readMends()
	if text == AllMends {
		return all, nil
	}
	var mends []toolchain.Mend
	for _, name := range strings.Split(text, ",") {
		m, ok := mendOf(all, strings.TrimSpace(name))
		if !ok {
			var names []string
			for _, m := range all {
				names = append(names, m.Name)
			}
			return nil, fmt.Errorf("no finding is called %q; there are %s, and all", name, strings.Join(names, ", "))
		}
		mends = append(mends, m)
		for _, other := range m.With {
			o, _ := mendOf(all, other)
			mends = append(mends, o)
		}
	}
	slices.SortFunc(mends, func(a, b toolchain.Mend) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(mends, func(a, b toolchain.Mend) bool { return a.Name == b.Name }), nil
}

func mendOf(mends []toolchain.Mend, name string) (toolchain.Mend, bool) {
	k := slices.IndexFunc(mends, func(m toolchain.Mend) bool { return m.Name == name })
	if k < 0 {
		return toolchain.Mend{}, false
	}
	return mends[k], true
}

// readMends reads the mends of all findings, each with all that it brings.
func readMends() []toolchain.Mend {
	var own []toolchain.Mend
	for _, f := range All() {
		text, err := files.ReadFile(f.Name + "/mend")
		if err != nil {
			continue // there is none
		}
		m, err := toolchain.ParseMend(f.Name, string(text))
		if err != nil {
			panic(fmt.Sprintf("the mend of finding %s: %v", f.Name, err))
		}
		own = append(own, m)
	}
	all := slices.Clone(own)
	for k := range all {
		for i := 0; i < len(all[k].With); i++ { // which grows
			m, ok := mendOf(own, all[k].With[i])
			if !ok {
				panic(fmt.Sprintf("the mend of finding %s comes with %s, which there is not", all[k].Name, all[k].With[i]))
			}
			all[k].Edits = slices.Concat(all[k].Edits, m.Edits)
			for _, name := range m.With {
				if !slices.Contains(all[k].With, name) && name != all[k].Name {
					all[k].With = append(slices.Clone(all[k].With), name)
				}
			}
		}
	}
	return all
}

// isMended reports whether the finding is among mends, as toolchain.Program has them.
func (f Finding) isMended(mends string) bool {
	return slices.Contains(strings.Split(mends, ","), f.Name)
}
