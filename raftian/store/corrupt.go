package store

import "fmt"

// CorruptError is the error of stored bytes that were durable once and are damaged or
// missing.
type CorruptError struct {
	File   string // name in the FS
	Offset int64  // in bytes: where the damage begins, or where missing bytes should be
	What   string
}

func (e *CorruptError) Error() string { return "store: " + e.describe() }

func (e *CorruptError) describe() string {
	return fmt.Sprintf("%s is corrupt at byte %d: %s", e.File, e.Offset, e.What)
}
