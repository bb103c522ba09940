package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
)

// JSONL writes the operations in the order of their calls, one JSON object a
// line, in the form of history.Op: times are nanoseconds since the run began.
func JSONL(w io.Writer, r *Record) error {
	buffered := bufio.NewWriter(w)
	enc := json.NewEncoder(buffered)
	enc.SetEscapeHTML(false)
	for i := range r.Ops {
		if err := enc.Encode(&r.Ops[i]); err != nil {
			return fmt.Errorf("writing operations: %w", err)
		}
	}
	return buffered.Flush()
}
