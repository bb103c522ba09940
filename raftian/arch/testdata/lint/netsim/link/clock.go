// Package link breaks what pure code must keep to. A comment "want" says what
// the lint must find on its line; it must find nothing else.
package link

import (
	"context"
	"time"
	. "time"
)

func clock() (time.Time, Duration) {
	time.Sleep(time.Second)                 // want "time.Sleep is the real clock: take the instant as an argument"
	began := Now()                          // want "time.Now"
	since := time.Since                     // want "time.Since"
	<-time.After(time.Millisecond)          // want "time.After"
	t := time.AfterFunc(time.Hour, func() { // want "time.AfterFunc"
		began = began.Add(time.Minute)
	})
	t.Stop()
	ctx, stop := context.WithTimeout(context.Background(), time.Second) // want "context.WithTimeout"
	stop()
	<-ctx.Done()
	return time.Unix(0, 0), since(began)
}
