// Command talker is a world program whose machines print in every way that Go has, and
// reach around their env.Env: what they do is the plan's setting "act".
package main

import (
	"bufio"
	"fmt"
	"log"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"

	"raftian/linearizability"
	"raftian/netsim/env"
	"raftian/raftian/guest"
)

// The pipe is opened before there is a World: nothing can be said against reading it, but
// that nothing ever comes.
var pipe, pipeEnd, _ = os.Pipe()

func main() {
	guest.Main(guest.Guest{Name: "talker", Call: call, Model: model}, talk)
}

func call(*rand.Rand, string, []string) string { return "" }

func model([]string) linearizability.Model {
	return linearizability.Model{
		Init:  func() any { return 0 },
		Step:  func(state any, _ string) (any, string) { return state, "" },
		Equal: func(a, b any) bool { return a == b },
	}
}

func talk(e env.Env) error {
	act := ""
	for _, arg := range e.Args() {
		if value, ok := strings.CutPrefix(arg, "act="); ok {
			act = value
		}
	}
	e.Emit(env.Note{Kind: env.KindReady})
	time.Sleep(time.Second)
	if e.ID() == "n2" {
		do(act)
	}
	<-e.Stopping()
	fmt.Println("shutting down")
	return nil
}

func do(act string) {
	switch act {
	case "print":
		printAll()
	case "much":
		for k := range 100_000 {
			fmt.Println("line", k)
		}
	case "flood":
		for {
			fmt.Println("and again")
		}
	case "spin":
		spin()
	case "read":
		_, _ = pipe.Read(make([]byte, 1))
		_ = pipeEnd.Close() // it was open until here
	case "fatal":
		log.Fatal("cannot go on")
	case "panic":
		fmt.Print("half a line")
		panic("planted")
	default:
		around(act)
	}
}

//go:noinline
func spin() {
	for {
	}
}

// printAll prints by every way.
func printAll() {
	fmt.Println("by fmt to stdout")
	fmt.Fprintln(os.Stderr, "by fmt to stderr")
	log.Print("by log")
	hclog.New(&hclog.LoggerOptions{Name: "raft"}).Info("by hclog", "at", 7)
	slog.Info("by slog")
	println("by println", 42, true)
	_, _ = syscall.Write(2, []byte("by a system call\n"))
	w := bufio.NewWriter(os.Stdout)
	fmt.Fprint(w, "two\nlines\n")
	_ = w.Flush()
	time.AfterFunc(time.Second, func() { fmt.Println("by a timer") })
	go func() { fmt.Println("by a goroutine") }()
	zone, err := time.LoadLocation("Europe/Berlin")
	fmt.Println("zones", zone, err, time.Now().Format(time.RFC3339))
	fmt.Print("no end of line")
}

// around reaches around the Env.
func around(act string) {
	switch act {
	case "open":
		_, _ = os.ReadFile("/etc/hostname")
	case "mkdir":
		_ = os.MkdirAll("data", 0o755)
	case "listen":
		_, _ = net.Listen("tcp", "127.0.0.1:0")
	case "http":
		_, _ = http.Get("http://example.org:8080/status")
	case "exec":
		_ = exec.Command("/bin/true").Run()
	case "pipe":
		_, _, _ = os.Pipe()
	}
}
