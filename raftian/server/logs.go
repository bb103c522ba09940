package server

import (
	"context"
	"log/slog"
	"strings"

	"raftian/netsim/env"
)

// logNote logs a note of the node at its level. Notes that are not for people are
// skipped.
func logNote(log *slog.Logger, n env.Note) {
	level, words := slog.LevelInfo, ""
	var args []any
	switch n.Kind {
	case env.KindRole:
		words, args = "role", []any{"role", n.Text, "term", n.Term}
	case env.KindConfig:
		words, args = "configuration", []any{"members", n.Text, "index", n.Index}
	case env.KindReady:
		words, args = "ready", []any{"term", n.Term}
	case env.KindSnapshot:
		words, args = "snapshot taken", []any{"index", n.Index, "term", n.Term}
	case env.KindRestore:
		words, args = "state restored", []any{"index", n.Index, "term", n.Term, "from", n.Text}
	case env.KindCorrupt:
		level, words, args = slog.LevelError, "damaged store", []any{"what", n.Text}
	case env.KindDiag:
		level, words = diagnosis(n.Text)
	default:
		return
	}
	log.Log(context.Background(), level, words, args...)
}

// diagnosis splits a log line of the library, such as "[INFO] raft: entering follower
// state", into its level and its text. INFO of the library is DEBUG here.
func diagnosis(line string) (slog.Level, string) {
	for word, level := range map[string]slog.Level{"[TRACE]": slog.LevelDebug, "[DEBUG]": slog.LevelDebug,
		"[INFO]": slog.LevelDebug, "[WARN]": slog.LevelWarn, "[ERROR]": slog.LevelError} {
		if rest, is := strings.CutPrefix(line, word); is {
			return level, strings.TrimSpace(rest)
		}
	}
	return slog.LevelInfo, line
}
