// Package store does not compile, and so cannot be linted.
package store

func store() int { return "" } // want "cannot be linted, for it does not type-check"
