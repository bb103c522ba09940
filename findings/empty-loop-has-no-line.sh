#!/bin/sh
# A goroutine in an empty loop, for {}, is on line 1 of its file in every traceback, whatever line
# the loop is on; so is one whose body the compiler removes, such as a counter that nobody
# reads. The jump has no position of its own; with a body that stays the line is right. It hurts who
# looks in a dump of goroutines for the worker that spins by mistake, and tools that name the
# line on which a program computes for ever (seen with Go 1.26.8 and 1.27.3).
set -eu
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
printf 'module example.org/spin\n\ngo 1.26\n' > go.mod
seen() { # the line on which a traceback has main.spin, with a loop body
	cat > main.go <<-GO
		package main

		import "time"

		var turns int

		//go:noinline
		func spin() {
			for {$1
			}
		}

		func main() {
			time.AfterFunc(100*time.Millisecond, func() { panic("look") })
			spin()
		}
	GO
	go build -o spin .
	GOTRACEBACK=system ./spin 2> err || true
	sed -n '/^main\.spin(/{n;s/.*main\.go:\([0-9]*\).*/\1/p;q;}' err
}
go version
empty=$(seen '')
counter=$(seen ' turns++')
full=$(seen ' turns = turns*3 + 1; if turns == 7 { println() }')
echo "the loop is on line 9; a traceback says line $empty if it is empty, line $counter if it counts what nobody reads, else line $full"
test "$empty" = 1 && test "$counter" = 1 && test "$full" = 9
