// Package skipped has tests that do not run.
package skipped

import "testing"

func TestNotHere(t *testing.T) { t.Skip("not here") }

func TestWithParts(t *testing.T) {
	t.Run("one", func(*testing.T) {})
	t.Run("two", func(t *testing.T) { t.Skip("not here") })
	t.Log("\n--- PASS: TestOfNobody (0.00s)")
}
