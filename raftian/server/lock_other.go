//go:build !unix || solaris || aix

package server

// lock keeps nobody away: two nodes on one data directory destroy it there.
func lock(string) (release func(), err error) { return func() {}, nil }
