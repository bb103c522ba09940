// Package racy is a small thing with a race that its tests nearly never meet.
package racy

import "sync"

// Account holds money. Withdraw looks before it takes, but not in one step.
type Account struct {
	mu      sync.Mutex
	balance int
}

// NewAccount returns an account that holds amount.
func NewAccount(amount int) *Account { return &Account{balance: amount} }

// Balance is what the account holds.
func (a *Account) Balance() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.balance
}

// Withdraw takes amount, and says whether it was there.
func (a *Account) Withdraw(amount int, ask func()) bool {
	if a.Balance() < amount {
		return false
	}
	ask()
	a.mu.Lock()
	defer a.mu.Unlock()
	a.balance -= amount
	return true
}
