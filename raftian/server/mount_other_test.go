//go:build !linux

package server

import "errors"

// mountSmall mounts a file system of size bytes.
func mountSmall(string, int) error { return errors.ErrUnsupported }

func unmount(string) error { return nil }
