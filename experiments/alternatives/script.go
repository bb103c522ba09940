package alternatives

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"raftian/game/rules"
	"raftian/netsim/plan"
	"raftian/raftian/api"
	apiv1 "raftian/raftian/api/v1"
)

// playScript plays each client's part of a script at its node, at the planned times,
// until the end of the plan.
func playScript(ctx context.Context, addresses []string, pl plan.Plan) error {
	ctx, cancel := context.WithTimeout(ctx, pl.Length)
	defer cancel()
	began := time.Now()
	scripts := map[string][]plan.Step{}
	for _, step := range pl.Script {
		scripts[step.Client] = append(scripts[step.Client], step)
	}
	var all sync.WaitGroup
	for client, steps := range scripts { //raftian:unordered clients play concurrently
		at, err := strconv.Atoi(strings.TrimPrefix(steps[0].Machine, "n"))
		if err != nil {
			return err
		}
		p := api.NewClient(api.ClientOptions{Name: client, Nodes: addresses[at-1 : at]})
		all.Go(func() {
			for _, step := range steps {
				select {
				case <-ctx.Done():
					return
				case <-time.After(time.Duration(step.At) - time.Since(began)):
				}
				call(ctx, p, step)
			}
		})
	}
	all.Wait()
	<-ctx.Done() // until the planned length, as on the other platforms
	return nil
}

// call makes a call. Its result is ignored; the log shows it.
func call(ctx context.Context, p *api.Client, step plan.Step) {
	in, err := rules.ParseInput(step.Text)
	switch {
	case err != nil: // invalid commands cannot be sent through the service
	case in.Verb == rules.Look:
		_, _ = p.Look(ctx, step.Seq, &apiv1.StatusRequest{Read: apiv1.Read_READ_LOG, City: in.City})
	default:
		_, _ = p.Do(ctx, step.Seq, step.Text)
	}
}
