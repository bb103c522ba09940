package stacks

import (
	"reflect"
	"strings"
	"testing"
)

const dump = `SIGQUIT: quit
PC=0x46c2c0 m=0 sigcode=0

goroutine 18 gp=0xc000102780 m=0 mp=0xb7aae0 [running, synctest bubble 1 labels:{"incarnation": "n2/1"}]:
main.(*counter).Apply(0x60?, 0x802640?)
	example.org/mine/main.go:12 +0x148 fp=0xc000159ae8 sp=0xc000159ab0 pc=0x71d5a8
example.org/lib.generic[...](...)
	example.org/lib@v1.2.3/lib.go:7
created by example.org/lib.Start in goroutine 7
	example.org/lib@v1.2.3/start.go:99 +0x5b

goroutine 9 [chan receive (durable), 3 minutes, synctest bubble 1] {incarnation: n1/12}:
main.wait({0x89c628, 0xc000036a80})
	example.org/mine/main.go:56 +0x16d
created by main.main
	example.org/mine/main.go:3 +0x1

goroutine 1 [IO wait]:
internal/poll.runtime_pollWait(0x7f, 0x72)
	runtime/netpoll.go:351 +0x85

rax    0x0
`

func TestADumpIsReadGoroutineByGoroutine(t *testing.T) {
	all := Parse(dump)
	if len(all) != 3 {
		t.Fatalf("there are %d: %+v", len(all), all)
	}
	texts := ""
	for k := range all {
		texts += all[k].Text + "\n"
		all[k].Text = ""
	}
	if begin := strings.Index(dump, "goroutine 18"); !strings.HasPrefix(dump[begin:], texts) {
		t.Errorf("their texts are\n%s", texts)
	}
	want := []Goroutine{
		{ID: 18, State: "running", Incarnation: "n2/1", Parent: 7,
			Frames:  []Frame{{"main.(*counter).Apply", "example.org/mine/main.go:12"}, {"example.org/lib.generic[...]", "example.org/lib@v1.2.3/lib.go:7"}},
			Creator: Frame{"example.org/lib.Start", "example.org/lib@v1.2.3/start.go:99"}},
		{ID: 9, State: "chan receive (durable)", Incarnation: "n1/12",
			Frames: []Frame{{"main.wait", "example.org/mine/main.go:56"}}, Creator: Frame{"main.main", "example.org/mine/main.go:3"}},
		{ID: 1, State: "IO wait", Frames: []Frame{{"internal/poll.runtime_pollWait", "runtime/netpoll.go:351"}}},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("it is\n%+v\nwant\n%+v", all, want)
	}
	if all[0].Durable() || !all[1].Durable() {
		t.Error("who waits durably is another")
	}
	f, ok := all[0].Find(func(name string) bool { return strings.Contains(name, "lib") })
	if !ok || f.Place != "example.org/lib@v1.2.3/lib.go:7" {
		t.Errorf("found is %+v", f)
	}
	if Parse("exit status 1") != nil {
		t.Error("there are goroutines in nothing")
	}
}
