//go:build !js

// Command web is the viewer as a browser runs it; see main_js.go.
package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "this program is for a browser; raftian replay FILE --web 127.0.0.1:0 serves it")
	os.Exit(2)
}
