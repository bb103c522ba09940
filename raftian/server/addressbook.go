package server

import (
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// In a cluster that nodes join, the addresses of members are in the log. A restarted node
// does not know which of its entries are committed until a leader tells it, and no leader
// does if the node was evicted meanwhile. So the members' API addresses are also kept in
// the file "others" beside the store, one a line, to ask them for readmission.

func addressBookPath(dir string) string { return filepath.Join(dir, "others") }

// knownAddresses lists the API addresses of members to ask for admission: Options.Join
// and those in the address book. It is empty if the node was started with Peers.
func (s *Server) knownAddresses() []string {
	if s.o.Peers != "" {
		return nil
	}
	// addresses holds the addresses that freeAddress has returned.
	var addresses []string
	if s.o.Join != "" {
		addresses = append(addresses, s.o.Join)
	}
	text, err := os.ReadFile(addressBookPath(s.o.Dir))
	if err != nil {
		return addresses
	}
	for line := range strings.Lines(string(text)) {
		address := strings.TrimSpace(line)
		if host, port, err := net.SplitHostPort(address); err == nil && host != "" && port != "" && address != s.o.API && !slices.Contains(addresses, address) {
			addresses = append(addresses, address)
		}
	}
	return addresses
}

// saveAddresses writes the address book if the members' addresses have changed.
func (s *Server) saveAddresses() {
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
	if len(list) == 0 || text == s.savedAddresses {
		return
	}
	if err := replaceUnsynced(addressBookPath(s.o.Dir), []byte(text)); err != nil {
		s.log.Warn("writing the address book", "error", err)
		return
	}
	s.savedAddresses = text
}
