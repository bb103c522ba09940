package live

import "fmt"

// Stage is how far a command has come. What a city suffers is shown at Applied, and
// never before.
type Stage uint8

const (
	Sent      Stage = iota // it went out; nobody knows more
	InDoubt                  // it was not answered in time, and is still asked about
	Committed              // it is in the log for good
	Applied                // the player's node has it in its local log
	Rejected               // it is in the log, and against the rules: it changed nothing
	Failed                 // it certainly had no effect
	Unresolved                   // nobody asks any more what came of it: it may yet take effect
	stageCount
)

func stageNames() [stageCount]string {
	return [stageCount]string{"sent", "doubt", "committed", "applied", "rejected", "failed", "lost"}
}

// String is the stage's name, which is also its form in JSON.
func (s Stage) String() string {
	if s < stageCount {
		return stageNames()[s]
	}
	return fmt.Sprintf("stage %d", s)
}

// Over says whether nothing more will come of the command.
func (s Stage) Ended() bool { return s >= Applied }

// MarshalText implements encoding.TextMarshaler.
func (s Stage) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Stage) UnmarshalText(text []byte) error {
	for k, name := range stageNames() {
		if name == string(text) {
			*s = Stage(k)
			return nil
		}
	}
	return fmt.Errorf("%.20q is no stage of a command", text)
}
