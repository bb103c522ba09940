// Command full is the command raftian with all it can do in one program. The command
// raftian itself builds it when replay, play, attach, or serve is given;
// who wants a program that can be carried elsewhere builds it as
//
//	go build -o DIRECTORY/raftian ./raftian/full
//
//	main.go       joining them to the other commands
//	replay.go     raftian replay, and pictures of runs
//	web.go        raftian replay --web, play --web
//	fork.go       runs of plans that were changed in the viewer
//	serve.go      raftian serve
//	play.go       raftian play
//	attach.go     raftian attach
//	screen.go     where a game is played: a window, a browser or the prompt
package main

import (
	"github.com/spf13/cobra"

	"raftian/raftian/cli"
)

func main() {
	cli.Main(cli.Rest{
		Commands: []*cobra.Command{replayCommand(), serveCommand(), playCommand(), attachCommand()},
		Draw:     svg,
		Viewer:   writeViewer,
	})
}
