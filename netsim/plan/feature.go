package plan

// Features are parts of the generator that are there to find more. To leave some out is
// for measuring what they are worth.
type Features uint8

const (
	// SwarmTesting has a Plan draw which kinds of fault, links, disks, pace and number
	// of machines it has (see Swarm). Without it every Plan has all kinds of fault, and
	// is standard in all else.
	SwarmTesting Features = 1 << iota
	// Drills are faults that go together (see drill.go).
	Drills
	// EventTriggers have faults wait for an event (see moment.go). Without them each has
	// its instant, but for those that a drill cannot do without.
	EventTriggers
)
