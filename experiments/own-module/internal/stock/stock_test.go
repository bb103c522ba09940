package stock

import (
	"testing"

	"github.com/hashicorp/raft"
)

func TestNoMoreIsTakenThanIsThere(t *testing.T) {
	s := New()
	for _, c := range []struct{ command, want string }{
		{"add tea 3", "3"}, {"take tea 2", "1"}, {"take tea 2", "only 1"}, {"count tea", "1"}, {"count salt", "0"},
	} {
		if got := s.Apply(&raft.Log{Data: []byte(c.command)}); got != c.want {
			t.Errorf("%s: %v; want %s", c.command, got, c.want)
		}
	}
}
