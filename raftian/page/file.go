package page

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
)

// A viewer file holds a Viewer: a ZIP archive of three files. It includes the page that
// starts the program, so that both are of one build.
const (
	indexFile   = "index.html"
	supportFile = "wasm_exec.js"
	programFile = "viewer.wasm.gz"
)

// formatComment is the archive's comment. Its number changes with the format, which
// includes what the page requests from the server.
const formatComment = "raftian viewer 1"

// fileMax limits a file of the archive, in bytes.
const fileMax = 256 << 20

// Write writes the viewer as a viewer file.
func (v *Viewer) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range v.parts() {
		// Not compressed: the program already is.
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err == nil {
			_, err = to.Write(*f.text)
		}
		if err != nil {
			return err
		}
	}
	if err := z.SetComment(formatComment); err != nil {
		return err
	}
	return z.Close()
}

// part is a file of the archive.
type part struct {
	name string
	text *[]byte
}

func (v *Viewer) parts() []part {
	return []part{{indexFile, &v.index}, {supportFile, &v.support}, {programFile, &v.wasm}}
}

// Open reads a viewer file. The error for an invalid file is one line that names it; a
// file that does not exist is an fs.ErrNotExist.
func Open(path string) (*Viewer, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s is no viewer written by raftian build --viewer: %w", path, err)
	}
	defer z.Close()
	if z.Comment != formatComment {
		return nil, fmt.Errorf("%s is no viewer for this program: it says %q, and %q is wanted; rebuild it with raftian build --viewer", path, z.Comment, formatComment)
	}
	v := &Viewer{}
	for _, f := range v.parts() {
		if *f.text, err = read(&z.Reader, f.name); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, f.name, err)
		}
	}
	return v, nil
}

// read reads a file of an archive, and verifies its checksum.
func read(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, fileMax+1))
	if err == nil && len(text) > fileMax {
		err = errors.New("it is too large")
	}
	return text, err
}
