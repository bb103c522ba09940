package classics

import (
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// noise keeps the scheduler choosing.
func noise() {
	for range 8 {
		go func() {
			for range 30 {
				runtime.Gosched()
			}
		}()
	}
}

func TestNoMoneyIsTakenTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &Account{balance: 100, audit: make(chan int)}
		go func() {
			for range a.audit {
			}
		}()
		var done sync.WaitGroup
		for range 2 {
			done.Go(func() { a.Withdraw(100) })
		}
		done.Wait()
		close(a.audit)
		if b := a.Balance(); b < 0 {
			t.Errorf("the balance is %d", b)
		}
	})
}

func TestTheBellIsHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Bell{make(chan struct{})}
		var mu sync.Mutex
		ready := false
		go func() {
			for range 3 {
				runtime.Gosched()
			}
			mu.Lock()
			ready = true
			mu.Unlock()
			b.Ring()
		}()
		noise()
		heard := make(chan bool)
		go func() {
			b.Wait(func() bool { mu.Lock(); defer mu.Unlock(); return ready })
			close(heard)
		}()
		select {
		case <-heard:
		case <-time.After(time.Minute):
			t.Error("the bell was not heard")
			b.Ring()
			<-heard
		}
	})
}

func TestADoorIsClosedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &Door{make(chan struct{})}
		noise()
		for k := range 2 {
			go func() {
				for range 4 * k {
					runtime.Gosched()
				}
				d.Close()
			}()
		}
	})
}
