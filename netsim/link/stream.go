package link

import (
	"time"

	"raftian/netsim/env"
)

// The constants of TCP as Linux has them (tcp(7) and net/tcp.h), except where
// it says otherwise.
const (
	// RTOMin and RTOMax bound the retransmission timeout, which doubles with
	// each retry (RFC 6298, section 5; TCP_RTO_MIN and TCP_RTO_MAX).
	RTOMin = 200 * time.Millisecond
	RTOMax = 120 * time.Second
	// SendBuffer is how many written bytes may wait for acknowledgement before
	// Write blocks; Window how many may wait to be read.
	SendBuffer = 256 << 10
	Window     = 256 << 10
	// SegmentMax is the largest piece that travels as a whole (as with
	// segmentation offload).
	SegmentMax = 64 << 10
	// SilenceMax is how long bytes may go unacknowledged before the connection
	// is given up. Linux waits about 15 minutes by default, longer than most
	// runs last; a minute lets them see it.
	SilenceMax = time.Minute
)

// Outcome is what Advance found besides deliveries.
type Outcome int

const (
	// Flows: nothing to tell.
	Flows Outcome = iota
	// Stalls: a segment did not get through; Hold says more.
	Stalls
	// Refused: the far end does not know the connection and its reset reaches
	// the sender at ResetAt.
	Refused
	// GaveUp: the sender waited longer than SilenceMax.
	GaveUp
)

// Delivery is one segment's arrival.
type Delivery struct {
	Size int
	Took time.Duration // since it was written
	End  bool          // the sender will send no more
}

// Hold says why a segment stalled and when it will be tried again.
type Hold struct {
	Size  int
	Why   Fate
	Again time.Duration
}

type segment struct {
	data   []byte
	end    bool
	sent   env.Instant
	arrive env.Instant // when it is under way
}

type ack struct {
	size int
	at   env.Instant
}

// Stream is one direction of a connection: what one end writes, in order, until
// the other end reads it.
type Stream struct {
	forward, back *Link
	blocks        int    // how many faults hold the connection up
	blocked       uint64 // how many segments have met that

	queue     []segment // not yet arrived; the first flying ones are under way
	flying    int
	inflight  int         // bytes of those
	arrival   env.Instant // of the last one under way, so that order is kept
	buffered  int         // bytes that occupy the send buffer
	acks      []ack       // under way back to the sender
	unacked   int         // bytes that arrived but whose acknowledgement was lost
	ended     bool        // the end has been written
	forgotten bool        // the sender does not know it any more
	windowAt  env.Instant // when the sender learns that the window opened; 0: it need not
	inbox     [][]byte
	unread    int  // bytes in the inbox
	endSeen   bool // the end has arrived
	unknown   bool // the far end does not exist any more
	stalled   bool
	retryAt   env.Instant
	rto       time.Duration
	stalledAt env.Instant // when the present silence began; 0: there is none
	hold      Hold
	resetAt   env.Instant
}

// NewStream returns a stream over forward whose acknowledgements come over back.
func NewStream(forward, back *Link) *Stream {
	return &Stream{forward: forward, back: back, rto: RTOMin}
}

// Space is how many more bytes the send buffer takes at now.
func (s *Stream) Space(now env.Instant) int {
	s.takeAcks(now)
	return max(0, SendBuffer-s.buffered)
}

// Write takes bytes to send; the caller has made sure there is Space and keeps
// no claim on b. It returns Stalls or Flows.
func (s *Stream) Write(now env.Instant, b []byte) Outcome {
	for len(b) > 0 {
		n := min(len(b), SegmentMax)
		s.queue = append(s.queue, segment{data: b[:n:n], sent: now})
		s.buffered += n
		b = b[n:]
	}
	return s.transmit(now)
}

// End says that the sender will write no more.
func (s *Stream) End(now env.Instant) Outcome {
	if s.ended {
		return Flows
	}
	s.ended = true
	s.queue = append(s.queue, segment{end: true, sent: now})
	return s.transmit(now)
}

// Forget drops what has not left the sender, which knows the connection no more:
// what is under way still arrives, but nothing is sent again.
func (s *Stream) Forget() {
	s.queue = s.queue[:s.flying]
	s.stalled, s.unacked, s.windowAt = false, 0, 0
	s.ended, s.forgotten = true, true
}

// Orphan says that the far end does not know the connection any more: whatever
// arrives from now on is answered with a reset. What arrived before can still be
// read.
func (s *Stream) Orphan() { s.unknown = true }

// Next is when Advance has something to do; ok is false if never. If
// wantSpace, someone waits for Space.
func (s *Stream) Next(wantSpace bool) (at env.Instant, ok bool) {
	sooner := func(t env.Instant) {
		if !ok || t < at {
			at, ok = t, true
		}
	}
	if s.flying > 0 {
		sooner(s.queue[0].arrive)
	}
	if s.stalled {
		sooner(s.retryAt)
	}
	if s.windowAt != 0 {
		sooner(s.windowAt)
	}
	if wantSpace && len(s.acks) > 0 {
		sooner(s.acks[0].at)
	}
	return at, ok
}

// Advance does the next thing that is due at now: at most one arrival, one
// retry. It is called until Next is later than now.
func (s *Stream) Advance(now env.Instant) (Delivery, bool, Outcome) {
	s.takeAcks(now)
	if s.flying > 0 && s.queue[0].arrive <= now {
		return s.arrive(now)
	}
	if s.windowAt != 0 && s.windowAt <= now {
		s.windowAt = 0
		return Delivery{}, false, s.transmit(now)
	}
	if s.stalled && s.retryAt <= now {
		return Delivery{}, false, s.retry(now)
	}
	return Delivery{}, false, Flows
}

// Hold describes the last Stalls.
func (s *Stream) Hold() Hold { return s.hold }

// ResetAt is when the reset of a Refused reaches the sender.
func (s *Stream) ResetAt() env.Instant { return s.resetAt }

// Read takes bytes that have arrived. end is true when there will be no more
// after those taken so far.
func (s *Stream) Read(now env.Instant, p []byte) (n int, end bool) {
	for n < len(p) && len(s.inbox) > 0 {
		k := copy(p[n:], s.inbox[0])
		n += k
		if k == len(s.inbox[0]) {
			s.inbox[0] = nil
			s.inbox = s.inbox[1:]
		} else {
			s.inbox[0] = s.inbox[0][k:]
		}
	}
	s.unread -= n
	if n > 0 && !s.stalled && s.windowAt == 0 && s.flying < len(s.queue) {
		s.announceWindow(now)
	}
	return n, s.endSeen && s.unread == 0
}

// Unread is how many bytes have arrived and not been read.
func (s *Stream) Unread() int { return s.unread }

// Ended reports whether the end has arrived and everything before it was read.
func (s *Stream) Ended() bool { return s.endSeen && s.unread == 0 }

// Arrival is when the last segment sent arrives, or when it did.
func (s *Stream) Arrival() env.Instant { return s.arrival }

// Idle reports whether nothing is under way or waiting.
func (s *Stream) Idle() bool { return len(s.queue) == 0 && s.unacked == 0 }

// Pass is what becomes of a segment of this connection, as Link.Pass.
func (s *Stream) Pass(now env.Instant, size int) (time.Duration, Fate) {
	if s.blocks > 0 {
		s.blocked++
		return 0, Stalled
	}
	return s.forward.Pass(now, size)
}

// passBack is what becomes of an acknowledgement.
func (s *Stream) passBack(now env.Instant) (time.Duration, Fate) {
	if s.blocks > 0 {
		s.blocked++
		return 0, Stalled
	}
	return s.back.Pass(now, 0)
}

// Block lets nothing more of the connection pass, until it is taken back as
// often; what is under way arrives.
func (s *Stream) Block() { s.blocks++ }

// Unblock takes back a Block.
func (s *Stream) Unblock() { s.blocks-- }

// Blocked is how many segments and acknowledgements there have been that could
// not pass for a Block.
func (s *Stream) Blocked() uint64 { return s.blocked }

// Hasten has what is under way, in either direction, arrive at t at the latest:
// what held it back is over.
func (s *Stream) Hasten(t env.Instant) {
	for i := range s.queue[:s.flying] {
		s.queue[i].arrive = min(s.queue[i].arrive, t)
	}
	for i := range s.acks {
		s.acks[i].at = min(s.acks[i].at, t)
	}
	s.arrival, s.windowAt = min(s.arrival, t), min(s.windowAt, t)
}

// announceWindow tells the sender that there is room again. If that word is
// lost, the sender finds out by its persist timer, here as a retry.
func (s *Stream) announceWindow(now env.Instant) {
	if d, fate := s.passBack(now); fate == Passes {
		s.windowAt = now.Add(d)
	} else {
		s.stall(now, fate)
	}
}

// transmit sends what may be sent.
func (s *Stream) transmit(now env.Instant) Outcome {
	for !s.stalled && s.flying < len(s.queue) {
		seg := &s.queue[s.flying]
		if waiting := s.inflight + s.unread; waiting > 0 && waiting+len(seg.data) > Window {
			return Flows // Read will announce the window
		}
		d, fate := s.Pass(now, len(seg.data))
		if fate != Passes {
			return s.stall(now, fate)
		}
		seg.arrive = max(now.Add(d), s.arrival)
		s.arrival = seg.arrive
		s.flying++
		s.inflight += len(seg.data)
	}
	return Flows
}

func (s *Stream) stall(now env.Instant, why Fate) Outcome {
	if s.stalledAt == 0 {
		s.stalledAt = now
	}
	s.stalled = true
	// The last try is when the silence has lasted too long, as Linux has it with
	// TCP_USER_TIMEOUT (tcp_clamp_rto_to_user_timeout).
	s.retryAt = max(now, min(now.Add(s.rto), s.stalledAt.Add(SilenceMax)))
	size := s.unacked
	for _, seg := range s.queue[s.flying:] {
		size += len(seg.data)
	}
	s.hold = Hold{Size: size, Why: why, Again: s.retryAt.Sub(now)}
	s.rto = min(2*s.rto, RTOMax)
	return Stalls
}

// arrive delivers the first segment under way.
func (s *Stream) arrive(now env.Instant) (Delivery, bool, Outcome) {
	if s.forgotten && (s.forward.IsDown() || s.unknown) { // nobody at either end
		s.queue, s.flying, s.inflight = nil, 0, 0
		return Delivery{}, false, Flows
	}
	if s.forward.IsDown() { // the machine lost power meanwhile
		s.flying, s.inflight = 0, 0
		if s.stalled {
			return Delivery{}, false, Flows
		}
		return Delivery{}, false, s.stall(now, Down)
	}
	if s.unknown {
		s.flying, s.inflight = 0, 0
		return Delivery{}, false, s.refuse(now)
	}
	seg := s.queue[0]
	s.queue[0] = segment{}
	s.queue = s.queue[1:]
	s.flying--
	s.inflight -= len(seg.data)
	if len(seg.data) > 0 {
		s.inbox = append(s.inbox, seg.data)
		s.unread += len(seg.data)
	}
	s.endSeen = s.endSeen || seg.end
	got := Delivery{Size: len(seg.data), Took: now.Sub(seg.sent), End: seg.end}
	if s.forgotten {
		return got, true, Flows
	}
	d, fate := s.passBack(now)
	if fate != Passes {
		s.unacked += len(seg.data)
		if s.stalled {
			return got, true, Flows
		}
		return got, true, s.stall(now, fate)
	}
	s.acknowledge(len(seg.data), now.Add(d))
	return got, true, Flows
}

func (s *Stream) acknowledge(size int, at env.Instant) {
	if k := len(s.acks); k > 0 {
		at = max(at, s.acks[k-1].at)
	}
	s.acks = append(s.acks, ack{size, at})
	s.rto, s.stalledAt = RTOMin, 0
}

func (s *Stream) takeAcks(now env.Instant) {
	for len(s.acks) > 0 && s.acks[0].at <= now {
		s.buffered -= s.acks[0].size
		s.acks = s.acks[1:]
	}
}

// retry sends again what was not acknowledged.
func (s *Stream) retry(now env.Instant) Outcome {
	s.stalled = false
	if s.stalledAt != 0 && now.Sub(s.stalledAt) >= SilenceMax {
		return GaveUp
	}
	if s.unacked > 0 {
		there, fate := s.Pass(now, 0)
		if fate != Passes {
			return s.stall(now, fate)
		}
		if s.unknown {
			return s.refuse(now.Add(there))
		}
		back, fate := s.passBack(now.Add(there))
		if fate != Passes {
			return s.stall(now, fate)
		}
		s.acknowledge(s.unacked, now.Add(there+back))
		s.unacked = 0
	}
	return s.transmit(now)
}

// refuse has the far end answer with a reset; if that is lost, the next retry
// brings another.
func (s *Stream) refuse(now env.Instant) Outcome {
	d, fate := s.passBack(now)
	if fate != Passes {
		if s.stalled {
			return Flows
		}
		return s.stall(now, fate)
	}
	s.resetAt = now.Add(d)
	return Refused
}
