//go:build raftian_world

package link

import "time"

func onlyInAWorld() { time.Sleep(1) } // want "time.Sleep"
