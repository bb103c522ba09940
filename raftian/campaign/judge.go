package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"raftian/game/spec"
	"raftian/linearizability"
	"raftian/netsim/plan"
	"raftian/raftian/guest"
)

// rpcCeiling is how many requests a machine may send in a second. A leader of
// five at 60 commands a second sends about 400; a retry storm sends tens of
// thousands.
const rpcCeiling = 5000

// recoveryBound is how soon a system must have recovered: most of the time the
// Plan leaves between its Heal and its end, so that something can still be asked
// of it afterwards. It is 0, and recovery is not judged, if that is less than any
// sound system may need: what a shrunk plan has left says nothing about it.
func recoveryBound(p plan.Plan) time.Duration {
	left := p.Length - time.Duration(p.Heal)
	if left < guest.Recovery(p) {
		return 0
	}
	return left * 4 / 5
}

// panelOptions are for judging a run of a Plan.
func panelOptions(p plan.Plan) linearizability.Options {
	o := linearizability.Options{Bound: recoveryBound(p), RPCCeiling: rpcCeiling, ReadOnly: spec.ReadOnly, Promises: promises(p)}
	if model, known := builtin(p.Guest); known {
		m := model(p.Beginners())
		o.Model = &m
	}
	return o
}

// promises are what calls promise in a run of a Plan.
func promises(p plan.Plan) linearizability.Promises {
	lease := time.Duration(0)
	for _, s := range p.Settings {
		if s.Key == "lease" {
			lease, _ = time.ParseDuration(s.Value) // the node refuses to boot with another
		}
	}
	return spec.Promises(lease)
}

// guests are those whose models this program knows.
func guests() []guest.Guest { return []guest.Guest{guest.Game()} }

// verdicts asks the judges. For a guest whose model is not built in, the world
// program, which has it, judges the history.
func (j *judging) verdicts(ctx context.Context, p *Program, r *Result) ([]linearizability.Verdict, error) {
	j.panel.Exit(r.Exit)
	verdicts := j.panel.Verdicts()
	if _, known := builtin(r.Plan.Guest); known || p == nil {
		return verdicts, nil
	}
	body, err := json.Marshal(guest.Case{Machines: r.Plan.Machines, Ops: linearizability.Held(r.History, promises(r.Plan))})
	if err != nil {
		return nil, err
	}
	out, err := p.ask(ctx, guest.Request{Do: guest.Judge}, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("asking the world program to judge: %w", err)
	}
	var v linearizability.Verdict
	if err := json.Unmarshal(out, &v); err != nil {
		return nil, fmt.Errorf("the world program's verdict: %w", err)
	}
	for k := range verdicts {
		if verdicts[k].Judge == v.Judge {
			verdicts[k] = j.panel.Temper(v)
		}
	}
	return verdicts, nil
}
