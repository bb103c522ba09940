package server

import (
	"net"
	"strconv"
)

// place looks at an address at which others reach a node, and at where it is to
// listen, which is the same if empty. It refuses what cannot be and, unless open, to
// listen where other machines reach it. An address without a host becomes a local one.
func place(address *string, bind string, open bool) error {
	host, err := split(*address)
	if err != nil {
		return err
	}
	if host == "" {
		*address = "127.0.0.1" + *address
		host = "127.0.0.1"
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		return refuse("%s is where to listen, not where others reach the node; give the address that they use", *address)
	}
	if bind == "" {
		return bindable(*address, host, open)
	}
	if host, err = split(bind); err != nil {
		return err
	}
	return bindable(bind, host, open)
}

func split(address string) (host string, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", refuse("%q is no address; give host:port", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", refuse("%q has no port from 1 to 65535", address)
	}
	return host, nil
}

// bindable refuses to listen at an address that other machines reach, unless open.
func bindable(address, host string, open bool) error {
	ip := net.ParseIP(host)
	if open || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return refuse("%s can be reached from other machines, and without TLS by anybody: give certificates, or ask for it with --insecure", address)
}
