package server

import (
	"net"
	"strconv"
)

// checkAddress checks the address at which others reach a node, and the address bind at
// which it listens; an empty bind is the same address. An address without a host
// becomes 127.0.0.1. An invalid address is refused, and, unless open, one that other
// machines can reach.
func checkAddress(address *string, bind string, open bool) error {
	host, err := splitAddress(*address)
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
		return checkBind(*address, host, open)
	}
	if host, err = splitAddress(bind); err != nil {
		return err
	}
	return checkBind(bind, host, open)
}

func splitAddress(address string) (host string, err error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", refuse("%q is no address; give host:port", address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", refuse("%q has no port from 1 to 65535", address)
	}
	return host, nil
}

// checkBind refuses an address that other machines can reach, unless open.
func checkBind(address, host string, open bool) error {
	ip := net.ParseIP(host)
	if open || host == "localhost" || ip != nil && ip.IsLoopback() {
		return nil
	}
	return refuse("%s can be reached from other machines, and without TLS by anybody: give certificates, or ask for it with --insecure", address)
}
