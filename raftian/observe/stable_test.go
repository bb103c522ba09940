package observe

import (
	"slices"
	"testing"

	"github.com/hashicorp/raft"

	"raftian/netsim/env"
)

// A vote is reported when its second half is durable, whichever that is: a library
// that is mended writes the candidate first. Half a vote is none.
func TestAVoteIsReportedOnceBothHalvesAreDurable(t *testing.T) {
	for name, cast := range map[string]func(w raft.StableStore, term uint64, who string) error{
		"the term first": func(w raft.StableStore, term uint64, who string) error {
			_ = w.SetUint64([]byte(KeyLastVoteTerm), term)
			return w.Set([]byte(keyLastVoteCand), []byte(who))
		},
		"the candidate first": func(w raft.StableStore, term uint64, who string) error {
			_ = w.Set([]byte(keyLastVoteCand), []byte(who))
			return w.SetUint64([]byte(KeyLastVoteTerm), term)
		},
	} {
		m := new(notes)
		w := New(m).Stable(broken{nil})
		for term, who := range []string{"n1:1", "n2:1"} {
			if err := cast(w, uint64(term+3), who); err != nil {
				t.Fatal(err)
			}
		}
		_ = w.SetUint64([]byte(KeyLastVoteTerm), 9)
		want := []env.Note{{Kind: env.KindVote, Term: 3, Peer: "n1"}, {Kind: env.KindVote, Term: 4, Peer: "n2"}}
		if got := m.list; !slices.Equal(got, want) {
			t.Errorf("%s: reported %v; want %v", name, got, want)
		}
	}
}
