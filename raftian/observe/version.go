package observe

import (
	"strconv"

	"github.com/hashicorp/raft"
)

// CurrentTerm is the library's current term. Before v1.7.2 only its statistics
// say.
func CurrentTerm(r *raft.Raft) uint64 {
	if has, ok := any(r).(interface{ CurrentTerm() uint64 }); ok {
		return has.CurrentTerm()
	}
	return Statistic(r, "term")
}

// CommitIndex is the library's commit index. Before v1.6.0 only its statistics
// say.
func CommitIndex(r *raft.Raft) uint64 {
	if has, ok := any(r).(interface{ CommitIndex() uint64 }); ok {
		return has.CommitIndex()
	}
	return Statistic(r, "commit_index")
}

// Statistic is a number of the library's statistics, 0 if it has none of that
// name.
func Statistic(r *raft.Raft, name string) uint64 {
	value, err := strconv.ParseUint(r.Stats()[name], 10, 64)
	if err != nil {
		return 0
	}
	return value
}
