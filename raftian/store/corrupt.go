package store

import "fmt"

// CorruptError says that stored bytes, which were durable once, are damaged or
// gone.
type CorruptError struct {
	File   string // as the FS names it
	Offset int64  // in bytes: where the damage begins, or where what is missing should be
	What   string
}

func (e *CorruptError) Error() string { return "store: " + e.describe() }

func (e *CorruptError) describe() string {
	return fmt.Sprintf("%s is corrupt at byte %d: %s", e.File, e.Offset, e.What)
}
