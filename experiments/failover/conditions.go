package failover

import (
	"time"

	"raftian/experiments/lab"
)

const (
	real    = "real"
	virtual = "virtual"
)

// nodes is the number of nodes.
const nodes = 5

// rate is the number of commands per second of all players.
const rate = 50

// timeouts are the values of the heartbeat and the election timeout.
func timeouts() []time.Duration {
	ms := time.Millisecond
	return []time.Duration{50 * ms, 100 * ms, 200 * ms, 400 * ms, 800 * ms}
}

// conditions returns the conditions. The library requires an election timeout of at
// least the heartbeat timeout (config.go, ValidateConfig).
func conditions(s lab.Setup) (list []Condition) {
	ms := time.Millisecond
	for _, heartbeat := range timeouts() {
		for _, election := range timeouts() {
			if election < heartbeat || s.Quick && (heartbeat != election || heartbeat == 50*ms || heartbeat == 800*ms) {
				continue
			}
			for _, t := range []fault{killed, cutOff, slow, lossy} {
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
	return warmUp + faultLength + 3*time.Second
}
