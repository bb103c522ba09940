//go:build !linux && (cgo || !(freebsd || netbsd || openbsd))

package view

// inSoftware says whether a display leaves drawing to the processor, where it can be
// asked.
func inSoftware(string) bool { return false }

func preferGLX() (restore func()) { return func() {} }
