package page

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
)

// A viewer file holds a Viewer: a ZIP archive of three files. The page that starts the
// program belongs to it, so that both are of one build.
const (
	indexFile   = "index.html"
	supportFile = "wasm_exec.js"
	programFile = "viewer.wasm.gz"
)

// comment is the archive's: it names the form, and what the server has to answer to the
// program in it. The number changes when that does.
const comment = "raftian viewer 1"

// largest is how many bytes a file of the archive may have.
const largest = 256 << 20

// Write writes the viewer as a viewer file.
func (v *Viewer) Write(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, f := range v.parts() {
		// The program is compressed already.
		to, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Store})
		if err == nil {
			_, err = to.Write(*f.text)
		}
		if err != nil {
			return err
		}
	}
	if err := z.SetComment(comment); err != nil {
		return err
	}
	return z.Close()
}

// part is one file of the archive.
type part struct {
	name string
	text *[]byte
}

func (v *Viewer) parts() []part {
	return []part{{indexFile, &v.index}, {supportFile, &v.support}, {programFile, &v.wasm}}
}

// Open reads a viewer file. What is none, or is of another form, is an error of one line,
// which names the file; one that is not there is an fs.ErrNotExist.
func Open(path string) (*Viewer, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s is no viewer that raftian build --viewer has written: %w", path, err)
	}
	defer z.Close()
	if z.Comment != comment {
		return nil, fmt.Errorf("%s is no viewer for this program: it says %q, and %q is wanted; build it anew with raftian build --viewer", path, z.Comment, comment)
	}
	v := &Viewer{}
	for _, f := range v.parts() {
		if *f.text, err = read(&z.Reader, f.name); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", path, f.name, err)
		}
	}
	return v, nil
}

// read reads a file of an archive, whose checksum the archive has.
func read(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest+1))
	if err == nil && len(text) > largest {
		err = errors.New("it is too large")
	}
	return text, err
}
