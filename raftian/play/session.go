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
	doubtAfter       = 2500 * time.Millisecond // an unanswered command is in doubt after that
	commandTimeout   = time.Minute             // a command is retried for that long
	endedRetention   = 2 * time.Second         // how long an ended command stays in the snapshot
	eventsMax        = 64                      // applied commands in the snapshot
	tripsMax         = 64
	playerClientsMax = 4 // concurrent commands of the player
)

// SessionOptions describe a Session.
type SessionOptions struct {
	City string // of the player
	// Addresses are API addresses of nodes, the player's own node first.
	Addresses []string
	// Client returns a client of nodes; name and last are as in api.ClientOptions.
	Client func(name string, last uint64, nodes []string) *api.Client
	// Names is a suffix that makes the players' client names unique. Last is the
	// highest sequence number used with it.
	Names string
	Last  uint64
	// Machines is nil if the nodes run elsewhere.
	Machines *Cluster
	Record   *Recorder // nil if nothing is recorded
	Records  string    // why nothing is recorded
	// Save saves the recording and returns a line that says where.
	Save func(context.Context) (string, error)
	Pace time.Duration // of bots; 0 is no bots
}

// Session is a game played on a screen: it follows a node's local log, polls each
// node's status, and sends the player's commands. It may be used by several goroutines
// at once.
type Session struct {
	o          SessionOptions
	begun      time.Time
	ctx        context.Context
	cancel     context.CancelFunc
	tasks      sync.WaitGroup
	botsPaused atomic.Bool // of the bots

	mu       sync.Mutex
	now      live.Snapshot // all but what Snapshot computes
	game     rules.State
	hasGame  bool               // game is valid
	stopTail context.CancelFunc // ends tail; nil before the first
	ended    map[uint64]time.Time
	calls    uint64
	nodes    map[string]*polledNode // by API address
	clients  []*trackedClient
	changed  chan struct{}  // closed at the next version
	cached   *live.Snapshot // result of Snapshot for this version
}

// NewSession starts a session.
func NewSession(o SessionOptions) *Session {
	s := &Session{o: o, begun: time.Now(), changed: make(chan struct{}), ended: map[uint64]time.Time{}, nodes: map[string]*polledNode{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.now = live.Snapshot{Version: 1, City: o.City, Machines: o.Machines != nil, NotRecorded: o.Records}
	for k := range playerClientsMax {
		name := "you"
		if k > 0 {
			name = fmt.Sprintf("you-%d", k+1)
		}
		s.clients = append(s.clients, s.newTrackedClient(name, true, o.Addresses))
	}
	for _, address := range o.Addresses {
		s.startPolling(address)
	}
	s.tasks.Go(s.follow)
	s.tasks.Go(s.dropEndedCalls)
	if o.Pace > 0 && o.Machines != nil {
		s.now.Bots = live.BotsPlay
		s.startBots()
	}
	return s
}

// Close ends the session.
func (s *Session) Close() {
	s.cancel()
	s.tasks.Wait()
}

// update changes the snapshot and gives it a new version. The caller holds no lock.
func (s *Session) update(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.now.Version++
	s.cached = nil
	close(s.changed)
	s.changed = make(chan struct{})
}

// say shows the player a line.
func (s *Session) say(format string, args ...any) {
	s.update(func() {
		s.now.Message = fmt.Sprintf(format, args...)
		s.now.MessageSeq++
	})
}

// Snapshot returns the present state, which is immutable.
func (s *Session) Snapshot() *live.Snapshot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cached != nil {
		return s.cached
	}
	one := s.now
	one.At = time.Since(s.begun)
	one.Events, one.Calls, one.Latencies = slices.Clone(one.Events), slices.Clone(one.Calls), slices.Clone(one.Latencies)
	one.Nodes = s.memberNodes()
	one.Leader, one.Term, one.Commit = findLeader(one.Nodes, s.o.Machines == nil)
	one.Cities = s.cities()
	one.Winner, _ = s.game.Winner()
	if s.o.Record != nil {
		one.Recorded, one.NotRecorded = s.o.Record.Count()
	}
	s.cached = &one
	return s.cached
}

// Wait waits until the version differs from the given one, or ctx is done.
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

// cities returns the cities of the game, and who plays them. The caller holds the lock.
func (s *Session) cities() (list []live.City) {
	for _, c := range s.game.Cities() {
		list = append(list, s.liveCity(c))
	}
	return list
}

func (s *Session) liveCity(c rules.City) live.City {
	player := ""
	switch {
	case c.Name == s.now.City:
		player = "you"
	case s.now.Bots != live.NoBots && s.o.Machines.has(c.Name):
		player = "bot"
	}
	return live.City{Name: c.Name, Status: statusText(c.Status), Health: c.Health, Score: c.Score, Resting: c.Resting, Player: player}
}

func statusText(s rules.Status) string {
	switch s {
	case rules.Playing:
		return "playing"
	case rules.Destroyed:
		return "destroyed"
	}
	return "departed"
}

func parseStatus(text string) rules.Status {
	switch text {
	case "playing":
		return rules.Playing
	case "destroyed":
		return rules.Destroyed
	}
	return rules.Departed
}

// Do executes a line as live.Parse reads it. It does not wait for the result, which
// shows in the snapshot.
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
		s.switchCity(o.Name)
	case "bots":
		s.toggleBots()
	case "save":
		s.save()
	default:
		s.machine(o.Verb, o.Name)
	}
}

// command sends a command of the player's.
func (s *Session) command(in rules.Input) {
	for _, c := range s.clients {
		if c.busy.CompareAndSwap(false, true) {
			s.tasks.Go(func() {
				defer c.busy.Store(false)
				ctx, cancel := context.WithTimeout(s.ctx, commandTimeout)
				defer cancel()
				_, _ = c.Do(ctx, c.Number(), in.String())
			})
			return
		}
	}
	s.say("%d of your commands are pending; wait for the outcome of one", playerClientsMax)
}

// switchCity changes the city that the player plays, and the node that is followed.
func (s *Session) switchCity(city string) {
	s.update(func() {
		if s.now.City == city {
			return
		}
		s.now.City = city
		s.hasGame = false
		if s.stopTail != nil {
			s.stopTail()
		}
		s.now.Message = "you play " + city
		s.now.MessageSeq++
	})
}

// machine executes a command on a node.
func (s *Session) machine(verb, name string) {
	if s.o.Machines == nil {
		s.say("the nodes run elsewhere: they cannot be cut off, killed or started from here")
		return
	}
	do := map[string]func(string) error{"cut": s.o.Machines.Cut, "heal": s.o.Machines.Heal, "kill": s.o.Machines.Kill, "start": s.o.Machines.Start}[verb]
	done := map[string]string{"cut": name + " is cut off from the others", "heal": name + " reaches the others again",
		"kill": name + " is killed; K starts it again from its disk", "start": name + " starts from its disk"}[verb]
	if verb == "heal" && name == "" {
		done = "all links are healed"
	}
	s.tasks.Go(func() { // stopping a node may take seconds
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
	s.tasks.Go(func() {
		words, err := s.o.Save(s.ctx)
		if err != nil {
			words = "not saved: " + strings.Join(strings.Fields(err.Error()), " ")
		}
		s.say("%s", words)
	})
}

// dropEndedCalls removes ended commands from the snapshot every half second. That also
// updates the number of recorded events.
func (s *Session) dropEndedCalls() {
	for s.ctx.Err() == nil {
		s.update(func() {
			s.now.Calls = slices.DeleteFunc(s.now.Calls, func(c live.Call) bool {
				at, over := s.ended[c.ID]
				if over = over && time.Since(at) > endedRetention; over {
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
