package node

import (
	"testing"

	"github.com/hashicorp/raft"
)

func TestAnOptionThatAVersionLacksIsLeftOut(t *testing.T) {
	c := raft.DefaultConfig()
	option(c, "PreVoteDisabled", true)
	option(c, "OfNoVersion", true)
	if !c.PreVoteDisabled {
		t.Error("an option that is there is not set")
	}
}
