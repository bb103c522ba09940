package server

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A node of a cluster that others join learns from the log where the others are. When
// it starts again it does not know which of its log is committed until a leader tells
// it; and if it was put out meanwhile, none does. So the addresses of the others are
// written down beside its store, a line each, for it to ask to be let in again.

func knownOf(dir string) string { return filepath.Join(dir, "others") }

// acquainted lists whom the node can ask: whoever it was told to, and whom it knew
// when it ran last. A node whose peers all know each other asks those.
func (s *Server) acquainted() []string {
	if s.o.Peers != "" {
		return nil
	}
	var ask []string
	if s.o.Join != "" {
		ask = append(ask, s.o.Join)
	}
	text, err := os.ReadFile(knownOf(s.o.Dir))
	if err != nil {
		return ask
	}
	for line := range strings.Lines(string(text)) {
		one := strings.TrimSpace(line)
		if host, port, err := net.SplitHostPort(one); err == nil && host != "" && port != "" && one != s.o.API && !slices.Contains(ask, one) {
			ask = append(ask, one)
		}
	}
	return ask
}

// remember writes down where the others are, if that is news.
func (s *Server) remember() {
	if s.o.Peers != "" {
		return
	}
	var list []string
	for _, m := range s.service.View().Members {
		if m.API != "" && m.ID != s.o.ID {
			list = append(list, m.API)
		}
	}
	text := strings.Join(list, "\n") + "\n"
	if len(list) == 0 || text == s.others {
		return
	}
	if err := jot(knownOf(s.o.Dir), []byte(text)); err != nil {
		s.log.Warn("writing down where the others are", "error", err)
		return
	}
	s.others = text
}
