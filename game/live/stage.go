package live

import "fmt"

// Stage is the progress of a command. Its effect on cities is shown at Applied, not
// before.
type Stage uint8

const (
	Sent       Stage = iota // nothing more is known
	InDoubt                 // not answered in time; retried
	Committed               // it is committed
	Applied                 // the player's node has applied it to its local log
	Rejected                // committed, and rejected by the rules: without effect
	Failed                  // had no effect
	Unresolved              // retries have ended, and it may still take effect
	stageCount
)

func stageNames() [stageCount]string {
	return [stageCount]string{"sent", "doubt", "committed", "applied", "rejected", "failed", "lost"}
}

// String returns the name of the stage, which is its form in JSON, too.
func (s Stage) String() string {
	if s < stageCount {
		return stageNames()[s]
	}
	return fmt.Sprintf("stage %d", s)
}

// Ended reports whether the stage is final.
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
