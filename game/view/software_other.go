//go:build !linux && (cgo || !(freebsd || netbsd || openbsd))

package view

// rendersInSoftware returns false: it is not known on this system.
func rendersInSoftware(string) bool { return false }

func preferGLX() (restore func()) { return func() {} }
