// Package classics has races as they are found in textbooks. Each needs the scheduler to
// choose one goroutine, or two, at the line that is marked.
package classics

import (
	"runtime"
	"sync"
)

// Account holds money. Withdraw looks, tells an auditor, and then takes.
type Account struct {
	mu      sync.Mutex
	balance int
	audit   chan int
}

// Balance is what the account holds.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Withdraw takes amount if it is there.
func (a *Account) Withdraw(amount int) {
	if a.Balance() < amount {
		return
	}
	a.audit <- amount // the race: another looks before this one takes
	a.mu.Lock()
	a.balance -= amount
	a.mu.Unlock()
}

// Bell wakes who waits for it, and forgets that it was rung.
type Bell struct{ c chan struct{} }

// Wait waits for the bell unless ready says that there is no need.
func (b *Bell) Wait(ready func() bool) {
	if ready() {
		return
	}
	runtime.Gosched() // the race: the bell is rung between looking and waiting
	<-b.c
}

// Ring wakes one who waits.
func (b *Bell) Ring() {
	select {
	case b.c <- struct{}{}:
	default:
	}
}

// Door is closed by whoever finds it open.
type Door struct{ closed chan struct{} }

// Close closes the door.
func (d *Door) Close() {
	select {
	case <-d.closed:
		return
	default:
	}
	runtime.Gosched() // the race: another finds it open
	close(d.closed)
}
