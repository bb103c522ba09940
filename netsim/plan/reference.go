package plan

import (
	"fmt"
	"strings"
)

// Entry is one word of the plan language: how it is written, what it means, and an
// example, which is a line of a plan for machines n1, n2 and n3.
type Entry struct{ Form, Means, Example string }

// Lines are the lines that a plan is made of, in the order they are printed.
func Lines() []Entry {
	return []Entry{
		{"seed N", "the seed of all that is drawn while it runs; 0 to 18446744073709551615", "seed 4711"},
		{"guest NAME", "what runs on the machines; it must be the world program's", "guest game"},
		{"machines NAME …", fmt.Sprintf("the machines, 1 to %d", machinesMax), "machines n1 n2 n3"},
		{"length T", "how long the run is, of virtual time; at most " + duration(lengthMax), "length 30s"},
		{"heal T", "when every fault is over, and recovery begins", "heal 18s"},
		{"shuffle on|off", "whether the scheduler picks among goroutines at random, or first in, first out", "shuffle on"},
		{"net delay T jitter T loss P", "every link: least one-way delay, what is added at most, probability in [0, 1) that a segment is sent again",
			"net delay 500us jitter 1ms loss 0"},
		{"disk sync T jitter T", "every disk: least time of an fsync, and what is added at most", "disk sync 200us jitter 300us"},
		{"set KEY VALUE", fmt.Sprintf("a setting of the guest's program, at most %d", settingsMax), "set heartbeat 200ms"},
		{"fault T [when …] FAULT", fmt.Sprintf("what goes wrong from T on, at most %d, ordered by time", faultsMax), "fault 3.2s kill leader for 1s"},
		{"call T MACHINE CLIENT N TEXT", fmt.Sprintf("a client's call, at most %d, ordered by time", callsMax), "call 0.512s n1 p1 17 n1 attack n2"},
	}
}

// faultWords say what each kind of fault does.
func faultWords() map[FaultKind]string {
	return map[FaultKind]string{
		Partition:  "no machine of one group reaches one of another; a machine in no group reaches all",
		OneWay:     "what the first send to the second is held, not what comes back",
		Flap:       "a partition that comes and goes: so long cut, so long whole",
		Slow:       "adds to the delay of links, both ways",
		Heavy:      "adds a heavy-tailed delay to every segment, at least this and at most a hundred times as much",
		Lossy:      "loses segments, both ways, on top of the links' own loss",
		Narrow:     "lets so many bytes per second through, both ways",
		Stall:      "holds what goes over one connection while others flow",
		Reset:      "resets every connection between them, at once",
		Power:      "cuts the power: unsynced writes may be lost, connections stay half open; boots when it ends",
		Kill:       "kills the process: what it wrote stays, its connections are closed; starts again when it ends",
		Storm:      "kills the process again and again, each time starting it at once",
		FsyncError: "every fsync fails with EIO, and its bytes are never made durable",
		WriteError: "every write, create, rename and remove fails with EIO",
		Full:       "every write that needs space fails with ENOSPC",
		SlowDisk:   "adds to the time of every read, write and fsync",
		StallDisk:  "every read, write and fsync waits until it is over",
		Rot:        "flips one bit of what the disk holds, for good",
		Replace:    "cuts the power and puts an empty disk in the old one's place; boots when it ends",
	}
}

// Faults are the kinds of fault, each with its class in Means, made from what the parser
// goes by.
func Faults() []Entry {
	words := faultWords()
	var all []Entry
	for _, kind := range kinds() {
		shape, _ := shapeOf(kind)
		form, example := string(kind)+" WHO", "fault 3s "+string(kind)+" n1"
		if shape.between != "" {
			form += " " + shape.between + " WHO"
			example += " " + shape.between + " n2,n3"
		}
		if shape.groupsMax > 2 {
			form += " …"
		}
		for _, name := range shape.params {
			form += " " + name + " " + valueForm(name)
			example += " " + name + " " + valueExample(name)
		}
		all = append(all, Entry{form, fmt.Sprintf("%s (%s)", words[kind], shape.class), example})
	}
	return all
}

// valueForm is what the value of a fault's parameter is.
func valueForm(param string) string {
	switch param {
	case paramRate:
		return "N"
	case paramLoss:
		return "P"
	}
	return "T"
}

func valueExample(param string) string {
	return map[string]string{paramDelay: "20ms", paramJitter: "5ms", paramLoss: "0.3", paramRate: "50000", paramEvery: "300ms", paramFor: "2s"}[param]
}

// Values say what the letters in forms stand for, with their limits.
func Values() []Entry {
	return []Entry{
		{"T", "a time such as 1.5s, 200ms or 500us, from 0s to " + duration(lengthMax) + "; every: at least " + duration(everyMin), ""},
		{"P", "a probability: for a link in [0, 1), for lossy above 0 and below 1", ""},
		{"N", fmt.Sprintf("a number; rate: %d to %d bytes per second", rateMin, rateMax), ""},
		{"WHO", "machines, apart by commas, or who is meant when the fault begins: " + strings.Join([]string{Leader, Others, Followers, It, Peer}, ", ") +
			"; " + It + " is the machine of the event after when, " + Peer + " the one it names", ""},
	}
}

// Triggers are the words of a fault that waits for an event.
func Triggers() []Entry {
	const fault = " then kill it for 1s"
	return []Entry{
		{"when WHO EVENT then FAULT", "from T on, wait for an event of a machine, of the " + Leader + " or of " + Any, "fault 3s when n2 fsync" + fault},
		{wordOf + " TEXT", fmt.Sprintf("whose text begins with this, a word of at most %d bytes", prefixMax), "fault 3s when n2 fsync of raft/log" + fault},
		{wordTo + " MACHINE", "that names this peer", "fault 3s when any vote to n3" + fault},
		{wordAs + " ROLE", "while its machine is " + strings.Join(roles(), ", ") + "; counted from when it became so", "fault 3s when any fsync as leader" + fault},
		{wordNth + " N", fmt.Sprintf("which such event it is, 1 to %d (1 without it)", nthMax), "fault 3s when leader fsync nth 3" + fault},
		{wordWait + " T", "how long after it the fault begins (at once without it)", "fault 3s when leader commit nth 2 wait 100us" + fault},
	}
}

// Reference says how a fault waits for the event: what texts and peers it may have, with
// an example.
func (e Event) Reference() Entry {
	who, form, example := "WHO", e.Kind, ""
	if e.World {
		who = Any
	}
	switch e.Text {
	case TextAny:
		form += " [" + wordOf + " TEXT]"
	case TextFile:
		form += " [" + wordOf + " FILE]"
		example = " " + wordOf + " raft/log"
	case TextListed:
		form += " [" + wordOf + " " + strings.Join(e.Texts, "|") + "]"
		first, _, _ := strings.Cut(e.Texts[0], " ")
		example = " " + wordOf + " " + first
	}
	if e.Peer {
		form += " [" + wordTo + " MACHINE]"
	}
	target := It
	if e.World {
		target = Leader
	}
	return Entry{form, "of " + who, fmt.Sprintf("fault 3s when %s %s%s then kill %s for 1s", Any, e.Kind, example, target)}
}
