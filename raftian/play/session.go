package play

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"raftian/game/live"
	"raftian/game/rules"
	"raftian/raftian/api"
)

const (
	doubtAfter = 2500 * time.Millisecond // a command that is not answered by then is in doubt
	giveUp     = time.Minute             // and by then nobody asks about it any more
	endedStay  = 2 * time.Second         // how long a command that ended is told of
	eventsMost = 64                      // that are told of
	tripsMost  = 64
	handsMost  = 4 // commands of the player under way
)

// SessionOptions describe a Session.
type SessionOptions struct {
	City string // the player's
	// Addresses of some nodes' players' service, the player's own node first.
	Addresses []string
	// Client makes a client of nodes; name and last are as in api.ClientOptions.
	Client func(name string, last uint64, nodes []string) *api.Client
	// Names ends the players' names, so that nobody else has them; Last is the number
	// of the last command that went out under them.
	Names string
	Last  uint64
	// Machines are the nodes, if they are in this process.
	Machines *Cluster
	Record   *Recorder // nil if nothing can be recorded
	Records  string    // why nothing is
	// Save saves what is recorded, and says under which name.
	Save func(context.Context) (string, error)
	Pace time.Duration // of bots; 0 is that there are none
}

// Session is a game that somebody plays on a screen: it follows a node's local log,
// asks each node how it sees the cluster, and sends the player's commands.
type Session struct {
	o      SessionOptions
	begun  time.Time
	ctx    context.Context
	cancel context.CancelFunc
	all    sync.WaitGroup
	rest   atomic.Bool // of the bots

	mu      sync.Mutex
	now     live.Snapshot // all but what is made when it is asked for
	game    rules.State
	known   bool               // game is
	turn    context.CancelFunc // has another node's local log followed; nil until one is
	ended   map[uint64]time.Time
	calls   uint64
	nodes   map[string]*polled // by address
	hands   []*hand
	changed chan struct{} // closed once there is another version
	given   *live.Snapshot
}

// NewSession begins a session.
func NewSession(o SessionOptions) *Session {
	s := &Session{o: o, begun: time.Now(), changed: make(chan struct{}), ended: map[uint64]time.Time{}, nodes: map[string]*polled{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.now = live.Snapshot{Version: 1, City: o.City, Machines: o.Machines != nil, Records: o.Records}
	for k := range handsMost {
		name := "you"
		if k > 0 {
			name = fmt.Sprintf("you-%d", k+1)
		}
		s.hands = append(s.hands, s.newHand(name, true, o.Addresses))
	}
	for _, address := range o.Addresses {
		s.ask(address)
	}
	s.all.Go(s.follow)
	s.all.Go(s.tidy)
	if o.Pace > 0 && o.Machines != nil {
		s.now.Bots = live.BotsPlay
		s.startBots()
	}
	return s
}

// Close ends the session.
func (s *Session) Close() {
	s.cancel()
	s.all.Wait()
}

// change changes what is told. The caller holds no lock.
func (s *Session) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.now.Version++
	s.given = nil
	close(s.changed)
	s.changed = make(chan struct{})
}

// say tells the player what came of what he asked for.
func (s *Session) say(format string, args ...any) {
	s.change(func() {
		s.now.Said = fmt.Sprintf(format, args...)
		s.now.Saids++
	})
}

// Snapshot is the game as it is now. It does not change any more.
func (s *Session) Snapshot() *live.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.given != nil {
		return s.given
	}
	one := s.now
	one.At = time.Since(s.begun)
	one.Events, one.Calls, one.Trips = slices.Clone(one.Events), slices.Clone(one.Calls), slices.Clone(one.Trips)
	one.Nodes = s.seen()
	one.Leader, one.Term, one.Commit = led(one.Nodes, s.o.Machines == nil)
	one.Cities = s.cities()
	one.Winner, _ = s.game.Winner()
	if s.o.Record != nil {
		one.Recorded, one.Records = s.o.Record.Count()
	}
	s.given = &one
	return s.given
}

// Wait waits until there is another version of the game than that, or ctx is done.
func (s *Session) Wait(ctx context.Context, version uint64) {
	for {
		s.mu.Lock()
		now, changed := s.now.Version, s.changed
		s.mu.Unlock()
		if now != version {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		case <-changed:
		}
	}
}

// cities are those of the game, and who plays them. The caller holds the lock.
func (s *Session) cities() (list []live.City) {
	for _, c := range s.game.Cities() {
		list = append(list, s.tell(c))
	}
	return list
}

func (s *Session) tell(c rules.City) live.City {
	who := ""
	switch {
	case c.Name == s.now.City:
		who = "you"
	case s.now.Bots != live.NoBots && s.o.Machines.has(c.Name):
		who = "bot"
	}
	return live.City{Name: c.Name, Status: statusOf(c.Status), Health: c.Health, Score: c.Score, Resting: c.Resting, Who: who}
}

func statusOf(s rules.Status) string {
	switch s {
	case rules.Playing:
		return "playing"
	case rules.Destroyed:
		return "destroyed"
	}
	return "departed"
}

func ofStatus(text string) rules.Status {
	switch text {
	case "playing":
		return rules.Playing
	case "destroyed":
		return rules.Destroyed
	}
	return rules.Departed
}

// Do does what a line asks for, as live.Parse reads it. It does not wait until that is
// done: what comes of it is told.
func (s *Session) Do(line string) {
	s.mu.Lock()
	city := s.now.City
	s.mu.Unlock()
	o, err := live.Parse(line, city)
	if err != nil {
		s.say("%v", err)
		return
	}
	switch o.Verb {
	case "command":
		s.command(o.Input)
	case "as":
		s.as(o.Name)
	case "bots":
		s.pauseBots()
	case "save":
		s.save()
	default:
		s.machine(o.Verb, o.Name)
	}
}

// command sends a command of the player's.
func (s *Session) command(in rules.Input) {
	for _, h := range s.hands {
		if h.busy.CompareAndSwap(false, true) {
			s.all.Go(func() {
				defer h.busy.Store(false)
				ctx, cancel := context.WithTimeout(s.ctx, giveUp)
				defer cancel()
				_, _ = h.Do(ctx, h.Number(), in.String())
			})
			return
		}
	}
	s.say("%d of your commands are under way; wait until it is known what came of one", handsMost)
}

// as has the player play another city, and see what its node sees.
func (s *Session) as(city string) {
	s.change(func() {
		if s.now.City == city {
			return
		}
		s.now.City = city
		s.known = false
		if s.turn != nil {
			s.turn()
		}
		s.now.Said = "you play " + city
		s.now.Saids++
	})
}

// machine does something to a node.
func (s *Session) machine(verb, name string) {
	if s.o.Machines == nil {
		s.say("the nodes run elsewhere: they cannot be cut off, killed or started from here")
		return
	}
	do := map[string]func(string) error{"cut": s.o.Machines.Cut, "heal": s.o.Machines.Heal, "kill": s.o.Machines.Kill, "start": s.o.Machines.Start}[verb]
	done := map[string]string{"cut": name + " is cut off from the others", "heal": name + " reaches the others again",
		"kill": name + " is killed; K starts it again from its disk", "start": name + " starts from its disk"}[verb]
	if verb == "heal" && name == "" {
		done = "all links are given back"
	}
	s.all.Go(func() { // stopping a node may take a while
		if err := do(name); err != nil {
			s.say("%s", strings.Join(strings.Fields(err.Error()), " "))
			return
		}
		s.say("%s", done)
	})
}

// save saves the recording.
func (s *Session) save() {
	switch {
	case s.o.Record == nil && s.o.Records != "":
		s.say("%s", s.o.Records)
		return
	case s.o.Record == nil || s.o.Save == nil:
		s.say("nothing is recorded here")
		return
	}
	s.say("saving the recording")
	s.all.Go(func() {
		words, err := s.o.Save(s.ctx)
		if err != nil {
			words = "not saved: " + strings.Join(strings.Fields(err.Error()), " ")
		}
		s.say("%s", words)
	})
}

// tidy forgets commands that ended, and counts what is recorded.
func (s *Session) tidy() {
	for s.ctx.Err() == nil {
		s.change(func() {
			s.now.Calls = slices.DeleteFunc(s.now.Calls, func(c live.Call) bool {
				at, over := s.ended[c.ID]
				if over = over && time.Since(at) > endedStay; over {
					delete(s.ended, c.ID)
				}
				return over
			})
		})
		select {
		case <-s.ctx.Done():
		case <-time.After(500 * time.Millisecond):
		}
	}
}
