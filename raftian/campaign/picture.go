package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"raftian/linearizability"
	"raftian/linearizability/export"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

// Picture writes Porcupine's page of a run of a Plan. build gives the world
// program, for guests whose model is not built in; it is called only then.
func Picture(ctx context.Context, w io.Writer, pl plan.Plan, r *export.Record, build func() (*Program, error)) error {
	if model, known := builtin(pl.Guest); known {
		return export.Porcupine(w, linearizability.Promised(model(pl.Machines), promises(pl)), r)
	}
	p, err := build()
	if err != nil {
		return err
	}
	body, err := json.Marshal(guest.Case{Machines: pl.Machines, Ops: linearizability.Held(r.Ops, promises(pl)), Notes: r.Notes()})
	if err != nil {
		return err
	}
	out, err := p.ask(ctx, guest.Request{Do: guest.Picture}, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("asking the world program for a picture: %w", err)
	}
	_, err = w.Write(out)
	return err
}
