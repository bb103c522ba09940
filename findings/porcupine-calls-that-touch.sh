#!/bin/sh
# Porcupine takes two calls of one client as concurrent if one returns at the very instant at
# which the next is made, although its ClientId says that they were made one after the other. So a stale
# read passes: a client writes 1, is told that it is done, and at once reads the 0 of before.
# One unit of time later the same history fails. It hurts whoever stamps calls with a coarse clock,
# milliseconds or a simulator's virtual time, where such instants are common: violations
# between a client's own calls are not found, and nothing says so.
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go version
printf 'module example.org/touch\n\ngo 1.26\n' > go.mod
cat > main.go <<'GO'
package main

import (
	"fmt"

	"github.com/anishathalye/porcupine"
)

type input struct {
	write bool
	value int
}

func main() {
	register := porcupine.Model{
		Init: func() any { return 0 },
		Step: func(state, in, out any) (bool, any) {
			if i := in.(input); i.write {
				return true, i.value
			}
			return state == out, state
		},
	}
	for _, call := range []int64{10, 11} {
		history := []porcupine.Operation{
			{ClientId: 1, Input: input{true, 1}, Call: 0, Output: 0, Return: 10},
			{ClientId: 1, Input: input{}, Call: call, Output: 0, Return: 20},
		}
		fmt.Printf("write 1 returns at 10, read 0 is made at %d by the same client: linearizable %v\n", call, porcupine.CheckOperations(register, history))
	}
}
GO
go get github.com/anishathalye/porcupine@v1.3.1 2> /dev/null
grep porcupine go.mod
go run . | tee out
grep -q 'made at 10 .*linearizable true' out && grep -q 'made at 11 .*linearizable false' out
