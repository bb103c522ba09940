package play

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"raftian/game/rules"
	apiv1 "raftian/raftian/api/v1"
)

// promptTimeout is how long the prompt retries a command.
const promptTimeout = 10 * time.Second

// help lists the commands.
const help = `  attack CITY              with your own city
  CITY attack CITY, add CITY, del CITY
                           a command as the log has it, of any city
  status [CITY] [KIND]     of the game; KIND is verified, log, lease or local
  who                      how each node sees the cluster
  watch 2s                 what is committed meanwhile, and in which frame
  join [CITY], leave [CITY]
  as CITY                  play another city from now on
  wait 2s                  do nothing for a while
  quit`

const helpMachines = `  cut NODE, heal [NODE]    cut a node off from the others, and undo it
  kill NODE, start NODE    kill a node, and restart it from its disk`

// do executes the command of a line.
func (p *Prompt) do(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	verb, rest := words[0], words[1:]
	argument := "" // the only argument
	if len(rest) == 1 {
		argument = rest[0]
	}
	if in, err := rules.ParseInput(strings.Join(words, " ")); err == nil && in.Verb != rules.Look {
		return p.command(ctx, in)
	}
	switch {
	case (verb == "quit" || verb == "exit") && len(rest) == 0:
		return errQuit
	case slices.Contains([]string{"attack", "as", "watch", "wait"}, verb) && argument == "":
		return fmt.Errorf("%s takes one more word; help says which", verb)
	case p.Machines == nil && slices.Contains([]string{"cut", "heal", "kill", "start"}, verb):
		return fmt.Errorf("%s works in raftian play only, which runs the nodes itself", verb)
	case verb == "help":
		p.say("%s", help)
		if p.Machines != nil {
			p.say("%s", helpMachines)
		}
		return nil
	case verb == "attack" && argument != "":
		return p.command(ctx, rules.Input{Verb: rules.Attack, City: p.City, Target: argument})
	case verb == "join" && len(rest) <= 1:
		return p.command(ctx, rules.Input{Verb: rules.Add, City: p.cityOr(argument)})
	case verb == "leave" && len(rest) <= 1:
		return p.command(ctx, rules.Input{Verb: rules.Del, City: p.cityOr(argument)})
	case verb == "status" && len(rest) <= 2:
		return p.status(ctx, rest)
	case verb == "who" && len(rest) == 0:
		return p.printCluster(ctx)
	case verb == "as" && rules.ValidName(argument):
		p.City = argument
		return nil
	case verb == "watch" && argument != "":
		return p.watch(ctx, argument)
	case verb == "wait" && argument != "":
		return pause(ctx, argument)
	case p.Machines != nil:
		return p.machine(verb, rest, argument)
	}
	return fmt.Errorf("%q is no command; help lists them", strings.Join(words, " "))
}

func (p *Prompt) cityOr(given string) string {
	if given == "" {
		return p.City
	}
	return given
}

func pause(ctx context.Context, text string) error {
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		return fmt.Errorf("%q is no time such as 2s", text)
	}
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	return nil
}

// machine executes a command on a node.
func (p *Prompt) machine(verb string, rest []string, argument string) error {
	do := map[string]func(string) error{"cut": p.Machines.Cut, "heal": p.Machines.Heal, "kill": p.Machines.Kill, "start": p.Machines.Start}[verb]
	switch {
	case do == nil || len(rest) > 1:
		return fmt.Errorf("%q is no command; help lists them", strings.Join(append([]string{verb}, rest...), " "))
	case argument == "" && verb != "heal":
		return fmt.Errorf("say which node to %s", verb)
	}
	return do(argument)
}

// command sends a command and prints its result, index, term and latency.
func (p *Prompt) command(ctx context.Context, in rules.Input) error {
	ctx, cancel := context.WithTimeout(ctx, promptTimeout)
	defer cancel()
	began := time.Now()
	effect, err := p.Client.Do(ctx, p.Client.Number(), in.String())
	if err != nil {
		return err
	}
	frame := ""
	if effect.GetFrame() > 0 {
		frame = fmt.Sprintf(", in frame %d of %s", effect.GetFrame(), effect.GetNode())
	}
	p.say("  %s (entry %d of term %d%s; committed after %v, answered after %v)", effect.GetOutput(), effect.GetIndex(), effect.GetTerm(), frame,
		roundDuration(effect.GetCommittedAfter().AsDuration()), roundDuration(time.Since(began)))
	return nil
}

// roundDuration rounds a duration for people to read.
func roundDuration(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(10 * time.Microsecond)
	}
	return d.Round(time.Millisecond)
}

// status prints the state of the game.
func (p *Prompt) status(ctx context.Context, words []string) error {
	r := &apiv1.StatusRequest{}
	kinds := map[string]apiv1.Read{"verified": apiv1.Read_READ_VERIFIED, "log": apiv1.Read_READ_LOG,
		"lease": apiv1.Read_READ_LEASE, "local": apiv1.Read_READ_LOCAL}
	for _, word := range words {
		if kind := kinds[word]; kind != 0 && r.Read == 0 {
			r.Read = kind
		} else if r.City == "" {
			r.City = word
		} else {
			return errors.New("say status, a city, and a kind of read at most")
		}
	}
	ctx, cancel := context.WithTimeout(ctx, promptTimeout)
	defer cancel()
	answer, err := p.Client.Look(ctx, p.Client.Number(), r)
	if err != nil {
		return err
	}
	if len(answer.GetCities()) == 0 {
		p.say("  %s", answer.GetOutput())
	}
	for _, c := range answer.GetCities() {
		line := c.GetStatus()
		if line == "playing" {
			const full = 20
			n := min(full, int(c.GetHealth())*full/rules.HealthFull)
			line = strings.Repeat("#", n) + strings.Repeat(".", full-n) + fmt.Sprintf(" %d", c.GetHealth())
		}
		p.say("  %-16s %-25s score %d", c.GetName(), line, c.GetScore())
	}
	if answer.GetWinner() != "" {
		p.say("  %s wins", answer.GetWinner())
	}
	p.say("  (after entry %d of term %d, asked of %s)", answer.GetIndex(), answer.GetTerm(), answer.GetNode())
	return nil
}
