package node

import (
	"reflect"
	"strconv"

	"github.com/hashicorp/raft"
)

// A Node is also built with older versions of the library (--raft), which lack
// some of what it uses. A version without an option does as it has always done.

// option sets a field of the library's configuration, if this version has it.
func option(of any, name string, value any) {
	if field := reflect.ValueOf(of).Elem().FieldByName(name); field.IsValid() {
		field.Set(reflect.ValueOf(value))
	}
}

// currentTerm is the library's current term. Before v1.7.2 only its statistics
// say.
func currentTerm(r *raft.Raft) uint64 {
	if has, ok := any(r).(interface{ CurrentTerm() uint64 }); ok {
		return has.CurrentTerm()
	}
	return statistic(r, "term")
}

// commitIndex is the library's commit index. Before v1.6.0 only its statistics
// say.
func commitIndex(r *raft.Raft) uint64 {
	if has, ok := any(r).(interface{ CommitIndex() uint64 }); ok {
		return has.CommitIndex()
	}
	return statistic(r, "commit_index")
}

// statistic is a number of the library's statistics, 0 if it has none of that
// name.
func statistic(r *raft.Raft, name string) uint64 {
	value, err := strconv.ParseUint(r.Stats()[name], 10, 64)
	if err != nil {
		return 0
	}
	return value
}
