package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kinds is a set of classes of faults that a user asks for.
type Kinds uint8

const (
	// Network is whatever goes wrong between machines.
	Network Kinds = 1 << iota
	// Crash is the power loss or the killing of machines.
	Crash
	// Disks is whatever goes wrong with disks.
	Disks
	// Membership is what operators do to a cluster that runs. It has no kinds of
	// fault: a guest draws it as calls of env.Operator.
	Membership

	// Calm is no faults at all.
	Calm Kinds = 0
	// All is every class.
	All = Network | Crash | Disks | Membership
)

// classes are the classes and their names, in the order they are printed.
func classes() []struct {
	Kinds
	name string
} {
	return []struct {
		Kinds
		name string
	}{{Network, "network"}, {Crash, "crash"}, {Disks, "disk"}, {Membership, "membership"}}
}

// ParseFaults reads a comma list of calm, network, crash, disk, membership and
// all; calm adds nothing to what it stands beside.
func ParseFaults(list string) (Kinds, error) {
	var asked Kinds
	for word := range strings.SplitSeq(list, ",") {
		switch word {
		case "calm":
			continue
		case "all":
			asked |= All
			continue
		}
		known := false
		for _, c := range classes() {
			if word == c.name {
				asked |= c.Kinds
				known = true
			}
		}
		if !known {
			return 0, fmt.Errorf("unknown faults %.40q; choose from calm, network, crash, disk, membership, all", word)
		}
	}
	return asked, nil
}

// String prints the set as ParseFaults reads it.
func (k Kinds) String() string {
	var names []string
	for _, c := range classes() {
		if k&c.Kinds != 0 {
			names = append(names, c.name)
		}
	}
	if names == nil {
		return "calm"
	}
	return strings.Join(names, ",")
}

// faults lists the kinds of fault in the classes.
func (k Kinds) faults() []FaultKind {
	var list []FaultKind
	for _, kind := range kinds() {
		if shape, _ := shapeOf(kind); k&shape.class != 0 {
			list = append(list, kind)
		}
	}
	return list
}

// seedsMax bounds one campaign.
const seedsMax = 1_000_000

// FromTime stands for seeds that nobody has tried, at least not on purpose.
const FromTime = "from-time"

// fromTimeMost is how many seeds FromTime stands for if nobody says.
const fromTimeMost = 32

// ParseSeeds reads seeds such as "5", "1-32" or "1-3,9" and returns them in
// ascending order, each once.
func ParseSeeds(list string) ([]uint64, error) { return ParseSeedsAt(list, time.Time{}) }

// ParseSeedsAt is ParseSeeds, and also reads "from-time" as 32 seeds that hang on the time
// now, and "from-time+1000" as so many. The first of them is the milliseconds since 1970,
// times 1000: campaigns that begin a second apart have a million seeds each to
// themselves, and JSON numbers hold them exactly, below 2^53, until the year 2255.
func ParseSeedsAt(list string, now time.Time) ([]uint64, error) {
	var seeds []uint64
	for part := range strings.SplitSeq(list, ",") {
		from, to, err := parseRange(part, now)
		switch {
		case err != nil:
			return nil, err
		case from > to:
			return nil, fmt.Errorf("seeds %s run backwards; write %d-%d", part, to, from)
		case to-from >= seedsMax-uint64(len(seeds)):
			return nil, fmt.Errorf("seeds %.40q are more than %d; ask for fewer at a time", list, seedsMax)
		}
		for n := to - from + 1; n > 0; n-- {
			seeds = append(seeds, to-n+1)
		}
	}
	slices.Sort(seeds)
	return slices.Compact(seeds), nil
}

// parseRange reads one part of a list of seeds; from-time if there is a time.
func parseRange(part string, now time.Time) (from, to uint64, err error) {
	if more, is := strings.CutPrefix(part, FromTime); is && !now.IsZero() {
		n := uint64(fromTimeMost)
		if more != "" {
			n, err = strconv.ParseUint(strings.TrimPrefix(more, "+"), 10, 64)
		}
		if err != nil || n == 0 || more != "" && more[0] != '+' {
			return 0, 0, fmt.Errorf("%.40q are no seeds; write %s+1000 for so many", part, FromTime)
		}
		from = uint64(now.UnixMilli()) * 1000
		return from, from + min(n-1, seedsMax), nil
	}
	first, last, isRange := strings.Cut(part, "-")
	if !isRange {
		last = first
	}
	from, errFrom := strconv.ParseUint(first, 10, 64)
	to, errTo := strconv.ParseUint(last, 10, 64)
	if errFrom != nil || errTo != nil {
		return 0, 0, fmt.Errorf("%.40q are no seeds; write them as 5, 1-32 or 1-3,9", part)
	}
	return from, to, nil
}
