//go:build !linux && (cgo || !(freebsd || netbsd || openbsd))

package view

// rendersInSoftware says whether a display leaves drawing to the processor, where it can be
// asked.
func rendersInSoftware(string) bool { return false }

func preferGLX() (restore func()) { return func() {} }
