// Command shop is one server of the shop, on a real machine: its log is in BoltDB.
package main

import (
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"

	"example.com/shop/internal/server"
	"example.com/shop/internal/stock"
)

func main() {
	id := flag.String("id", "s1", "the server's name")
	dir := flag.String("data", "data", "where its files are")
	peers := flag.String("peers", "s1=127.0.0.1:7000", "NAME=HOST:PORT,… of all servers; each takes commands at the next port")
	flag.Parse()
	if err := run(*id, *dir, *peers); err != nil {
		log.Fatal(err)
	}
}

func run(id, dir, peers string) error {
	var first raft.Configuration
	var own string
	for _, peer := range strings.Split(peers, ",") {
		name, at, _ := strings.Cut(peer, "=")
		first.Servers = append(first.Servers, raft.Server{ID: raft.ServerID(name), Address: raft.ServerAddress(at)})
		if name == id {
			own = at
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	store, err := boltdb.NewBoltStore(filepath.Join(dir, "raft.db"))
	if err != nil {
		return err
	}
	snapshots, err := raft.NewFileSnapshotStore(dir, 2, os.Stderr)
	if err != nil {
		return err
	}
	trans, err := raft.NewTCPTransport(own, nil, 3, time.Second, os.Stderr)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", command(raft.ServerAddress(own)))
	if err != nil {
		return err
	}
	conf := raft.DefaultConfig()
	conf.LocalID = raft.ServerID(id)
	_, err = server.Start(server.Parts{
		NewRaft: raft.NewRaft, Config: conf, FSM: stock.New(), Logs: store, Stable: store, Snapshots: snapshots,
		Transport: trans, First: first, Listener: listener, Command: command,
		Dial: func(address string, timeout time.Duration) (net.Conn, error) {
			return net.DialTimeout("tcp", address, timeout)
		},
	})
	if err != nil {
		return err
	}
	select {}
}

// command is where commands go to, of the server whose Raft is at an address.
func command(at raft.ServerAddress) string {
	host, port, _ := net.SplitHostPort(string(at))
	var n int
	fmt.Sscan(port, &n)
	return net.JoinHostPort(host, fmt.Sprint(n+1))
}
