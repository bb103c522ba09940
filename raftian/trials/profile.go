package trials

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Profile is what was covered, as the files of go test's -coverprofile have it.
type Profile struct {
	mode   string
	blocks map[string]block // by file and place
}

type block struct {
	statements int
	count      uint64
}

// Merge adds a profile in its text form. In mode set a block is covered or not; in others
// its counts are added.
func (p *Profile) Merge(text []byte) error {
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if mode, ok := strings.CutPrefix(line, "mode: "); ok {
			if p.mode != "" && p.mode != mode {
				return fmt.Errorf("one coverage profile is of mode %s, another of mode %s", p.mode, mode)
			}
			p.mode = mode
			continue
		}
		f := strings.Fields(line)
		if len(f) < 3 || p.mode == "" {
			return fmt.Errorf("line %d of a coverage profile is %q", n, line)
		}
		statements, err := strconv.Atoi(f[len(f)-2])
		count, err2 := strconv.ParseUint(f[len(f)-1], 10, 64)
		if err != nil || err2 != nil {
			return fmt.Errorf("line %d of a coverage profile is %q", n, line)
		}
		p.add(strings.Join(f[:len(f)-2], " "), block{statements, count})
	}
	return lines.Err()
}

func (p *Profile) add(place string, b block) {
	if p.blocks == nil {
		p.blocks = map[string]block{}
	}
	b.count += p.blocks[place].count
	if p.mode == "set" {
		b.count = min(b.count, 1)
	}
	p.blocks[place] = b
}

// Percent is the share of the statements that are covered; ok is false if there are none.
func (p *Profile) Percent() (percent float64, ok bool) {
	all, covered := 0, 0
	for _, b := range p.blocks {
		all += b.statements
		if b.count > 0 {
			covered += b.statements
		}
	}
	if all == 0 {
		return 0, false
	}
	return 100 * float64(covered) / float64(all), true
}

// Text is the profile's text form, sorted by place; "" if nothing was merged.
func (p *Profile) Text() []byte {
	if p.mode == "" {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "mode: %s\n", p.mode)
	for _, place := range slices.Sorted(maps.Keys(p.blocks)) {
		fmt.Fprintf(&b, "%s %d %d\n", place, p.blocks[place].statements, p.blocks[place].count)
	}
	return b.Bytes()
}
