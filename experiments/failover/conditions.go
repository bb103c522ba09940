package failover

import (
	"time"

	"raftian/experiments/lab"
)

const (
	real    = "real"
	virtual = "virtual"
)

// nodes is how many there are.
const nodes = 5

// rate is how many commands there are in a second, of all players.
const rate = 50

// timeouts are those of the heartbeat and of an election.
func timeouts() []time.Duration {
	ms := time.Millisecond
	return []time.Duration{50 * ms, 100 * ms, 200 * ms, 400 * ms, 800 * ms}
}

// conditions are those of the experiment. The library wants an election timeout that is
// no less than the heartbeat's (config.go, ValidateConfig).
func conditions(s lab.Setup) (list []Condition) {
	ms := time.Millisecond
	for _, heartbeat := range timeouts() {
		for _, election := range timeouts() {
			if election < heartbeat || s.Quick && (heartbeat != election || heartbeat == 50*ms || heartbeat == 800*ms) {
				continue
			}
			for _, t := range []trouble{killed, cutOff, slow, lossy} {
				list = append(list, Condition{virtual, t, heartbeat, election})
			}
			few := heartbeat == election && heartbeat >= 100*ms && heartbeat <= 400*ms
			if few && (!s.Quick || heartbeat == 200*ms) {
				list = append(list, Condition{real, killed, heartbeat, election}, Condition{real, cutOff, heartbeat, election})
			}
		}
	}
	return list
}

func (c Condition) cost() time.Duration {
	if c.World == virtual {
		return 600 * time.Millisecond
	}
	return settle + away + 3*time.Second
}
