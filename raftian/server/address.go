package server

import (
	"net"
	"strconv"
)

// bindable refuses an address that no node can be reached at, and one that is reached
// from other machines unless open. An address without a host becomes a local one.
func bindable(address *string, open bool) error {
	host, port, err := net.SplitHostPort(*address)
	if err != nil {
		return refuse("%q is no address; give host:port", *address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return refuse("%q has no port from 1 to 65535", *address)
	}
	if host == "" {
		host = "127.0.0.1"
		*address = net.JoinHostPort(host, port)
	}
	ip := net.ParseIP(host)
	switch {
	case ip != nil && ip.IsUnspecified():
		return refuse("%s is where to listen, not where others reach the node; give the address that they use", *address)
	case open || host == "localhost" || ip != nil && ip.IsLoopback():
		return nil
	}
	return refuse("%s can be reached from other machines, and without TLS by anybody: give certificates, or ask for it with --insecure", *address)
}
