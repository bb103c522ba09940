package trace

import (
	"fmt"
	"strings"
	"time"

	"raftian/netsim/env"
)

// Words says what the event is, in a person's words, without when and where.
// Kinds of a guest's own are shown with their fields.
func (e *Event) Words() string {
	if w := e.worldWords(); w != "" {
		return w
	}
	if w := e.raftWords(); w != "" {
		return w
	}
	if w := e.playerWords(); w != "" {
		return w
	}
	return e.Kind + e.fields()
}

// worldWords are for the World's own kinds.
func (e *Event) worldWords() string {
	switch e.Kind {
	case KindBoot:
		return fmt.Sprintf("boots (incarnation %d)", e.Boot) + after(" with an ", e.Text)
	case KindCrash:
		if e.Text == "power" {
			return "loses power"
		}
		return "is killed"
	case KindExit:
		return "program ends" + after(": ", e.Text)
	case KindDial:
		return fmt.Sprintf("dials %s:%s (connection %d)", e.Peer, e.Text, e.Conn)
	case KindOpen:
		return fmt.Sprintf("is connected to %s:%s (connection %d)", e.Peer, e.Text, e.Conn)
	case KindRefuse:
		return fmt.Sprintf("cannot connect to %s: %s (connection %d)", e.Peer, e.Text, e.Conn)
	case KindDeliver:
		return fmt.Sprintf("receives %s from %s after %s (connection %d)", Some(e.Count, "byte"), e.Peer, brief(e.Took), e.Conn)
	case KindHold:
		return fmt.Sprintf("has %s for %s held: %s; next try in %s (connection %d)", Some(e.Count, "byte"), e.Peer, e.Text, brief(e.Took), e.Conn)
	case KindClose:
		return fmt.Sprintf("closes connection %d to %s", e.Conn, e.Peer)
	case KindReset:
		return fmt.Sprintf("finds connection %d to %s reset: %s", e.Conn, e.Peer, e.Text)
	case KindFsync:
		return fmt.Sprintf("has %s on disk after %s", e.Text, brief(e.Took))
	case KindRot:
		return fmt.Sprintf("has bit %d of byte %d of %s flipped on its disk", e.Count, e.Index, e.Text)
	case KindFault:
		return fmt.Sprintf("FAULT %d: %s", e.Conn, e.Text)
	case KindMend:
		return fmt.Sprintf("fault %d (%s) is over", e.Conn, e.Text)
	case KindIdle:
		return fmt.Sprintf("fault %d has no effect: %s", e.Conn, e.Text)
	case KindHeal:
		return "HEAL: every fault is over"
	case KindStop:
		return "STOP: programs are asked to end"
	case KindHung:
		return fmt.Sprintf("HANGS %s after it was asked to end", brief(e.Took)) + after(", in ", e.Text)
	case KindEnd:
		return "END"
	}
	return ""
}

// raftWords are for what a Raft participant reports.
func (e *Event) raftWords() string {
	switch e.Kind {
	case env.KindRole:
		if e.Text == "leader" {
			return fmt.Sprintf("LEADS term %d", e.Term)
		}
		return fmt.Sprintf("is %s in term %d", e.Text, e.Term)
	case env.KindTerm:
		return fmt.Sprintf("enters term %d", e.Term)
	case env.KindVote:
		return fmt.Sprintf("votes for %s in term %d", e.Peer, e.Term)
	case env.KindAppend:
		return fmt.Sprintf("appends entry %d of term %d (%s, hash %016x)", e.Index, e.Term, e.Text, e.Hash)
	case env.KindTruncate:
		if e.Text == "suffix" {
			return fmt.Sprintf("drops %d conflicting entries from %d on", e.Count, e.Index)
		}
		return fmt.Sprintf("compacts %s from %d on", Some(e.Count, "entry"), e.Index)
	case env.KindLog:
		if e.Count == 0 {
			return "finds its log empty"
		}
		return fmt.Sprintf("finds entries %d to %d in its log, the last of term %d", e.Index, e.Index+e.Count-1, e.Term)
	case env.KindCommit:
		return fmt.Sprintf("knows entries to %d committed (term %d)", e.Index, e.Term)
	case env.KindApply:
		return fmt.Sprintf("applies entry %d of term %d: %s#%d%s", e.Index, e.Term, e.Client, e.Seq, after(" ", e.Text))
	case env.KindConfig:
		return fmt.Sprintf("configuration at %d: %s", e.Index, e.Text)
	case env.KindMember:
		return fmt.Sprintf("learns from entry %d of term %d that %s %s", e.Index, e.Term, e.Peer, memberWords(e.Text))
	case env.KindSnapshot:
		return fmt.Sprintf("snapshots its state through entry %d", e.Index)
	case env.KindRestore:
		return fmt.Sprintf("restores a snapshot through entry %d (%s)", e.Index, e.Text)
	case env.KindRPC:
		return fmt.Sprintf("sends %s of term %d to %s (after entry %d, %s)", e.Text, e.Term, e.Peer, e.Index, Some(e.Count, "entry"))
	case env.KindReply:
		return e.replyWords()
	case env.KindReady:
		return "is ready"
	case env.KindCorrupt:
		return "finds damage: " + e.Text
	case env.KindDiag:
		return "says " + e.Text
	}
	return ""
}

// memberWords say what became of a participant.
func memberWords(how string) string {
	switch how {
	case "out":
		return "is put out"
	case "left":
		return "has left"
	}
	return "is " + how
}

func (e *Event) replyWords() string {
	kind, wrong, _ := strings.Cut(e.Text, " ")
	switch {
	case wrong != "":
		return fmt.Sprintf("gets no answer from %s to %s: %s", e.Peer, kind, wrong)
	case e.Count == 1:
		return fmt.Sprintf("gets a yes from %s to %s (term %d)", e.Peer, kind, e.Term)
	}
	return fmt.Sprintf("gets a no from %s to %s (term %d)", e.Peer, kind, e.Term)
}

// playerWords are for what a player reports.
func (e *Event) playerWords() string {
	switch e.Kind {
	case env.KindLocal:
		return fmt.Sprintf("local log reaches %d%s in frame %d (chain %016x)", e.Index, after(" by ", e.Text), e.Count, e.Hash)
	case env.KindInvoke:
		return fmt.Sprintf("%s#%d calls %q", e.Client, e.Seq, e.Text)
	case env.KindReturn:
		outcome, output, _ := strings.Cut(e.Text, " ")
		where := ""
		if e.Index != 0 {
			where = fmt.Sprintf(" at entry %d", e.Index)
		}
		return fmt.Sprintf("%s#%d returns %s %q%s after %s", e.Client, e.Seq, outcome, output, where, brief(e.Took))
	case env.KindFrames:
		return fmt.Sprintf("ran %s, %d late, the worst by %s", Some(e.Count, "frame"), e.Index, brief(e.Took))
	}
	return ""
}

// fields lists what is set.
func (e *Event) fields() string {
	var b strings.Builder
	put := func(name string, value any, set bool) {
		if set {
			fmt.Fprintf(&b, " %s=%v", name, value)
		}
	}
	put("peer", e.Peer, e.Peer != "")
	put("client", e.Client, e.Client != "")
	put("seq", e.Seq, e.Seq != 0)
	put("term", e.Term, e.Term != 0)
	put("index", e.Index, e.Index != 0)
	put("count", e.Count, e.Count != 0)
	put("hash", fmt.Sprintf("%016x", e.Hash), e.Hash != 0)
	put("state", fmt.Sprintf("%016x", e.State), e.State != 0)
	put("conn", e.Conn, e.Conn != 0)
	put("took", e.Took, e.Took != 0)
	put("text", fmt.Sprintf("%q", e.Text), e.Text != "")
	return b.String()
}

// after puts sep before s, if there is an s.
func after(sep, s string) string {
	if s == "" {
		return ""
	}
	return sep + s
}

// brief is d to three digits or so.
func brief(d time.Duration) time.Duration {
	switch {
	case d >= 10*time.Second:
		return d.Round(100 * time.Millisecond)
	case d >= 10*time.Millisecond:
		return d.Round(100 * time.Microsecond)
	}
	return d.Round(time.Microsecond)
}

// Brief is a duration to two or three digits.
func Brief(d time.Duration) string {
	switch {
	case d >= time.Second:
		return fmt.Sprintf("%.2f s", d.Seconds())
	case d >= time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%d µs", d.Microseconds())
}
