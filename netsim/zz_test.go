package netsim_test
import ("testing";"testing/synctest";"time";"os";"raftian/netsim";"raftian/netsim/env";"raftian/netsim/plan";"raftian/netsim/trace")
func TestZZBench(t *testing.T) {
	p, _ := plan.Parse("raftian plan 1\nguest s\nmachines n1\nlength 1000s\nheal 999s\nnet delay 1ms jitter 0s loss 0\ndisk sync 1ms jitter 0s\n")
	for range 4 {
	synctest.Test(t, func(t *testing.T) {
		got := make(chan env.Env, 1); stop := make(chan bool)
		w := netsim.NewWorld(p, func(e env.Env) error { e.OnCrash(func(){close(stop)}); got <- e; <-stop; return nil }, func(*trace.Event) {})
		w.Boot(); defer w.Stop()
		e := <-got
		f, _ := e.FS().OpenFile("f", os.O_RDWR|os.O_CREATE)
		b := make([]byte, 100)
		for _, c := range []struct{n string; f func()}{{"emit", func() { e.Emit(env.Note{Kind: "x"}) }}, {"write", func() { f.WriteAt(b, 0) }}, {"read", func() { f.ReadAt(b, 0) }}} {
			r := testing.Benchmark(func(b *testing.B) { for range b.N { c.f() } })
			t.Log(c.n, r.NsPerOp())
		}
		_ = time.Now
	}) }
}
