//go:build raftian_world

// Command world is compiled with the edited runtime only.
package main

import "math/rand/v2"

func main() {
	println(rand.Int()) // want "math/rand/v2.Int"
}
