package racy

import (
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// Two people withdraw about a millisecond apart; the bank answers within a few
// microseconds. Only when both come in the same few microseconds does the
// account end below zero.
func TestAnAccountIsNeverOverdrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := NewAccount(100)
		for range 2 {
			go func() {
				time.Sleep(time.Duration(rand.IntN(1000)) * time.Microsecond)
				a.Withdraw(100, func() { time.Sleep(5 * time.Microsecond) })
			}()
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if b := a.Balance(); b < 0 {
			t.Errorf("the balance is %d", b)
		}
	})
}
