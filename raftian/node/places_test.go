package node

import (
	"testing"

	"github.com/hashicorp/raft"

	"raftian/raftian/command"
)

// In an open cluster the settings name this node only: who is elsewhere on its host is
// known by the configurations in the log.
func TestInAnOpenClusterTheLogSaysWhoIsWhere(t *testing.T) {
	var c raft.Configuration
	for id, address := range map[string]string{"n1": "127.0.0.1:7000", "n2": "127.0.0.1:7100"} {
		c.Servers = append(c.Servers, raft.Server{ID: raft.ServerID(id), Address: raft.ServerAddress(address)})
	}
	p := new(places)
	p.learn(&raft.Log{Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(c)})
	p.learn(&raft.Log{Type: raft.LogCommand, Data: []byte("n1 attack n2")})
	for _, m := range []command.Member{{ID: "n2", API: "n2:1"}, {ID: "n1", API: "n1:1"}, {ID: "n3", API: "n3:1"}, {ID: "n2", API: "n2:2", Out: true}, {ID: "n3", Out: true}} {
		p.learn(&raft.Log{Type: raft.LogCommand, Data: command.Command{Client: "leader-n1", Seq: 1, Member: m}.Append(nil)})
	}
	if got := p.others("n1"); p.api("n1") != "n1:1" || len(got) != 1 || got[0] != "n2:2" || p.api("n3") != "" {
		t.Errorf("beside n1, at %q, there are %q; n3, which has left, is at %q", p.api("n1"), got, p.api("n3"))
	}
	for address, want := range map[string]string{"127.0.0.1:7000": "n1", "127.0.0.1:7100": "n2", "127.0.0.1:7200": "127.0.0.1:7200"} {
		if got := p.name(address); got != want {
			t.Errorf("at %s is %s; want %s", address, got, want)
		}
	}
	var none *places
	none.learn(&raft.Log{Type: raft.LogConfiguration, Data: raft.EncodeConfiguration(c)})
	if none.api("n1") != "" || none.others("n1") != nil {
		t.Error("nobody's players' service is known")
	}
	if got := none.name("127.0.0.1:7000"); got != "127.0.0.1:7000" {
		t.Errorf("nobody is known to be at an address as %s", got)
	}
}
