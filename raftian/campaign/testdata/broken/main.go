// Command broken is a world program that does not compile, which is no fault of
// whoever names it.
package main

func main() { undefined() }
