package toolchain

import (
	"os"
	"path/filepath"
	"runtime"
)

// Source is the directory of the module that the running program was compiled from. It
// is "" if that is not there any more, or if -trimpath has made the program forget.
func Source() string {
	_, file, _, _ := runtime.Caller(0)
	root := filepath.Dir(filepath.Dir(filepath.Dir(filepath.FromSlash(file))))
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil || !filepath.IsAbs(root) {
		return ""
	}
	return root
}
