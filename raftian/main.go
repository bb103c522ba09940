// Command raftian is a deterministic test bench for systems built on
// hashicorp/raft. What it does is in raftian/cli and, for windows, servers and plots,
// in raftian/full.
package main

import "raftian/raftian/cli"

func main() { cli.Main(cli.Rest{}) }
