// Package envtest says in tests what package env promises in words. The real
// Env and the simulated one pass the same suite, so a program written against
// Env meets on a real machine what it met in a simulation. Where POSIX and the
// TCP standards leave something open, Linux as package net and package os show
// it decides.
//
// What a machine's crash does is no part of it: no test of this kind can crash
// a real one.
//
//	envtest.go    Run
//	network.go    connections: bytes, their order, closing, resets
//	deadline.go   deadlines of connections
//	listener.go   listening, dialling and addresses
//	files.go      files
//	names.go      directories, and names in them
//	stopping.go   being asked to end
package envtest

import (
	"testing"

	"raftian/netsim/env"
)

// Pair calls check with the Envs of two machines that reach each other and
// whose file systems are empty, and puts them away when it returns. Each check
// gets a pair of its own.
type Pair = func(t *testing.T, check func(t *testing.T, a, b env.Env))

// check is one promise. Elapsed times are compared with generous bounds only:
// on a real machine nothing says when a goroutine goes on.
type check struct {
	promise string
	keeps   func(t *testing.T, a, b env.Env)
}

// Run holds pairs of Envs to every promise.
func Run(t *testing.T, pair Pair) {
	for _, area := range []struct {
		name   string
		checks []check
	}{
		{"network", networkChecks()},
		{"deadline", deadlineChecks()},
		{"listener", listenerChecks()},
		{"files", filesChecks()},
		{"names", namesChecks()},
		{"stopping", stoppingChecks()},
	} {
		t.Run(area.name, func(t *testing.T) {
			for _, c := range area.checks {
				t.Run(c.promise, func(t *testing.T) { pair(t, c.keeps) })
			}
		})
	}
}
