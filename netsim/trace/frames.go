//go:build !raftian_no_run_files

package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// windowMax is the largest zstd window that is read: what the reference tool
// uses at its highest ordinary level. It bounds the decoder's memory.
const windowMax = 8 << 20

var (
	// ErrNotRun says that a file is something else altogether.
	ErrNotRun = errors.New("not a run file")
	// errFrame is the end of lines that cannot be decompressed.
	errFrame = errors.New("the compressed data is damaged")
	errLong  = fmt.Errorf("a line of more than %d bytes", lineBytesMax)
)

// lines reads the lines of a compressed file.
type lines struct {
	tail *tail
	zip  *zstd.Decoder
	r    *bufio.Reader
	long []byte // a line that does not fit into r's buffer
}

// newLines returns ErrNotRun if the file does not begin as zstd files do.
func newLines(r io.Reader) (*lines, error) {
	const magic = "\x28\xb5\x2f\xfd" // RFC 8878, section 3.1.1
	in := bufio.NewReaderSize(r, 1<<16)
	begin, err := in.Peek(len(magic))
	if err != nil && err != io.EOF {
		return nil, fmt.Errorf("read a run file: %w", err)
	}
	if string(begin) != magic[:len(begin)] {
		return nil, ErrNotRun
	}
	t := &tail{r: in}
	// One decoder, not several at once: only then does it check a frame before
	// it hands out its last block.
	zip, err := zstd.NewReader(t, zstd.WithDecoderConcurrency(1),
		zstd.WithDecoderMaxWindow(windowMax), zstd.WithDecoderMaxMemory(windowMax))
	if err != nil {
		return nil, fmt.Errorf("read a run file: %w", err)
	}
	return &lines{tail: t, zip: zip, r: bufio.NewReaderSize(zip, 1<<16)}, nil
}

func (l *lines) close() { l.zip.Close() }

// next returns the next line without its end; it is good until the next call.
// It returns io.EOF after the last line of a file whose frames are all whole,
// ErrCut where the file stops inside a frame or a line, and otherwise what is
// wrong.
func (l *lines) next() ([]byte, error) {
	l.long = l.long[:0]
	for {
		part, err := l.r.ReadSlice('\n')
		if err == nil && len(l.long) == 0 {
			return part[:len(part)-1], nil
		}
		if len(l.long)+len(part) > lineBytesMax {
			return nil, errLong
		}
		l.long = append(l.long, part...)
		switch {
		case err == nil:
			return l.long[:len(l.long)-1], nil
		case err == bufio.ErrBufferFull:
		case err != io.EOF:
			return nil, l.diagnose(err)
		case len(bytes.TrimSpace(l.long)) == 0:
			return nil, io.EOF
		case json.Valid(l.long): // edited by hand, without the last line's end
			return l.long, nil
		default:
			return nil, ErrCut
		}
	}
}

// diagnose says what an error of the decoder means. If the decoder ran into the
// file's end and that is not endMark, the file is cut off; else its bytes are
// not those that were written.
func (l *lines) diagnose(err error) error {
	if l.tail.err != nil && l.tail.err != io.EOF {
		return l.tail.err
	}
	if errors.Is(err, io.ErrUnexpectedEOF) && l.tail.err == io.EOF && string(l.tail.last) != endMark {
		return ErrCut
	}
	return errFrame
}

// tail passes on a stream and remembers its error and its last bytes.
type tail struct {
	r    io.Reader
	last []byte // at most as many as endMark has
	err  error
}

func (t *tail) Read(p []byte) (int, error) {
	n, err := t.r.Read(p)
	if err != nil {
		t.err = err
	}
	t.last = append(t.last, p[max(0, n-len(endMark)):n]...)
	t.last = t.last[max(0, len(t.last)-len(endMark)):]
	return n, err
}
