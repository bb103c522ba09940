package link

import "sync"

func goroutine(work func()) {
	go work() // want "a goroutine in pure code: return what is to be done"
	var all sync.WaitGroup
	all.Go(work) // want "sync.WaitGroup.Go is a goroutine"
	all.Wait()
	var names sync.Map
	names.Range(func(_, _ any) bool { return true }) // want "sync.Map.Range is its order"
	var once sync.Once
	once.Do(work)
}
