package toolchain

import (
	"slices"
	"testing"
)

func TestAnOlderRaftIsToldByItsTags(t *testing.T) {
	for version, want := range map[string][]string{
		"v1.7.3":                             {"raft_before_1_8"},
		"v1.6.1":                             {"raft_before_1_7", "raft_before_1_8"},
		"v1.8.0":                             nil,
		"v1.9.2":                             nil,
		"v1.8.1-0.20260101000000-abcdef0123": nil,
		"v2.0.0":                             nil,
		"":                                   nil,
		"../my/raft":                         nil,
	} {
		if got := raftTags(version); !slices.Equal(got, want) {
			t.Errorf("%q has tags %v; want %v", version, got, want)
		}
	}
}
