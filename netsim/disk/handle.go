package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Handle is an open file. It is all of env.File, with Sync also in two steps.
// It fails with fs.ErrClosed once it is closed or its Disk is spent.
type Handle struct {
	disk   *Disk
	file   *file
	name   string
	flag   int
	off    int64
	closed bool
}

// access is the part of flag that says whether to read, write, or both.
func access(flag int) int { return flag & (os.O_WRONLY | os.O_RDWR) }

func (h *Handle) fail(op string, err error) error {
	return &fs.PathError{Op: op, Path: h.name, Err: err}
}

// usable says what, if anything, keeps op from being done at all.
func (h *Handle) usable(op string) error {
	if h.closed || h.disk.spent {
		return h.fail(op, fs.ErrClosed)
	}
	return nil
}

// Name is the name the file was opened with.
func (h *Handle) Name() string { return h.name }

// Size is the file's present length in bytes.
func (h *Handle) Size() (int64, error) {
	if err := h.usable("stat"); err != nil {
		return 0, err
	}
	return h.file.cached.size, nil
}

// Close closes the handle. It makes nothing durable.
func (h *Handle) Close() error {
	if err := h.usable("close"); err != nil {
		return err
	}
	h.closed = true
	return nil
}

// Read reads from the handle's offset and moves it.
func (h *Handle) Read(p []byte) (int, error) {
	n, err := h.read(p, h.off)
	h.off += int64(n)
	if n > 0 {
		err = nil // the end is reported by the next Read, as files do
	}
	return n, err
}

// ReadAt reads from off. It returns io.EOF if it reads less than p is long.
func (h *Handle) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, h.fail("readat", errors.New("negative offset"))
	}
	return h.read(p, off)
}

func (h *Handle) read(p []byte, off int64) (int, error) {
	if err := h.usable("read"); err != nil {
		return 0, err
	}
	if access(h.flag) == os.O_WRONLY {
		return 0, h.fail("read", syscall.EBADF)
	}
	n := h.file.cached.readAt(p, off)
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Offset is where Write writes.
func (h *Handle) Offset() int64 {
	if h.flag&os.O_APPEND != 0 {
		return h.file.cached.size
	}
	return h.off
}

// Covered is how many of size bytes from off on need no space that the file does
// not have: up to the first sector that was never written.
func (h *Handle) Covered(off int64, size int) int {
	end := max(off, 0)
	for end < off+int64(size) && h.file.cached.at(int(end/sectorSize)) != nil {
		end = (end/sectorSize + 1) * sectorSize
	}
	return int(max(0, min(end, off+int64(size))-off))
}

// Write writes at the handle's offset, or at the end of the file if it was
// opened with O_APPEND, and moves the offset behind what it wrote.
func (h *Handle) Write(p []byte) (int, error) {
	off := h.Offset()
	n, err := h.write(p, off)
	if err == nil {
		h.off = off + int64(n)
	}
	return n, err
}

// WriteAt writes at off. As in package os, it is an error (EINVAL) on a file
// opened with O_APPEND.
func (h *Handle) WriteAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, h.fail("writeat", errors.New("negative offset"))
	}
	if h.flag&os.O_APPEND != 0 {
		return 0, h.fail("writeat", syscall.EINVAL)
	}
	return h.write(p, off)
}

func (h *Handle) write(p []byte, off int64) (int, error) {
	if err := h.usable("write"); err != nil {
		return 0, err
	}
	if access(h.flag) == os.O_RDONLY {
		return 0, h.fail("write", syscall.EBADF)
	}
	if off > sizeMax-int64(len(p)) {
		return 0, h.fail("write", syscall.EFBIG)
	}
	h.file.writeAt(p, off)
	return len(p), nil
}

// Seek sets the handle's offset. It may lie beyond the end of the file: a write
// there leaves zeros between.
func (h *Handle) Seek(offset int64, whence int) (int64, error) {
	if err := h.usable("seek"); err != nil {
		return 0, err
	}
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += h.off
	case io.SeekEnd:
		offset += h.file.cached.size
	default:
		return 0, h.fail("seek", syscall.EINVAL)
	}
	if offset < 0 {
		return 0, h.fail("seek", syscall.EINVAL)
	}
	h.off = offset
	return offset, nil
}

// Truncate sets the file's length; bytes it gains are zero.
func (h *Handle) Truncate(size int64) error {
	if err := h.usable("truncate"); err != nil {
		return err
	}
	switch {
	case size < 0, access(h.flag) == os.O_RDONLY:
		return h.fail("truncate", syscall.EINVAL)
	case size > sizeMax:
		return h.fail("truncate", syscall.EFBIG)
	}
	h.file.truncate(size)
	return nil
}
