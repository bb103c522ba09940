package node

import "testing"

// A player without a loop is told of news once, and before he has looked not again.
func TestTheFeedTellsOfNews(t *testing.T) {
	f := newFeed()
	f.add(entry(1, "a")) // nobody is to be told
	f.news = make(chan struct{}, 1)
	told := func() bool {
		select {
		case <-f.news:
			return true
		default:
			return false
		}
	}
	if told() {
		t.Error("told of nothing")
	}
	f.add(entry(2, "b"))
	f.add(entry(3, "c"))
	if !told() || told() {
		t.Error("not told once")
	}
	f.jump(tip{index: 9})
	if !told() || len(f.take(nil)) != 4 {
		t.Error("not told of a jump, or it is not there")
	}
}
