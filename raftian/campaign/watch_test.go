package campaign

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestAWatchStopsWhatIsSilentForTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		ctx, cancel := context.WithCancelCause(t.Context())
		context.AfterFunc(ctx, func() { w.CloseWithError(io.EOF) })
		began := time.Now()
		go func() {
			time.Sleep(9 * time.Second)
			_, _ = io.WriteString(w, "late, but in time")
		}()
		said, err := io.ReadAll(newWatch(r, 10*time.Second, cancel))
		if err != nil || string(said) != "late, but in time" {
			t.Errorf("read %q, %v", said, err)
		}
		if took := time.Since(began); took != 19*time.Second {
			t.Errorf("stopped after %s; want 10 s of silence after 9 s", took)
		}
		if cause := context.Cause(ctx); !errors.Is(cause, errStuck) {
			t.Errorf("stopped because of %v", cause)
		}
	})
}

// A judge that takes long is no silence of the program's.
func TestAWatchDoesNotCountItsReadersTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		w := newWatch(strings.NewReader("word"), time.Second, cancel)
		time.Sleep(time.Hour)
		if _, err := io.ReadFull(w, make([]byte, 2)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		if _, err := io.ReadFull(w, make([]byte, 2)); err != nil || ctx.Err() != nil {
			t.Errorf("read error %v, stopped because of %v", err, context.Cause(ctx))
		}
	})
}

func TestAWatchIsPatientByItself(t *testing.T) {
	if w := newWatch(nil, 0, nil); w.most != patience {
		t.Errorf("its patience is %s", w.most)
	}
}
