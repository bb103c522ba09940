package page

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestViewerFileRoundTrip(t *testing.T) {
	v, path := viewer(t), filepath.Join(t.TempDir(), "viewer.zip")
	var b bytes.Buffer
	if err := v.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	back, err := Open(path)
	if err != nil || !reflect.DeepEqual(back, v) {
		t.Fatalf("%v: %+v; want %+v", err, back, v)
	}
}

func TestInvalidViewerFileRefused(t *testing.T) {
	var b bytes.Buffer
	if err := viewer(t).Write(&b); err != nil {
		t.Fatal(err)
	}
	whole := b.Bytes()
	changed := bytes.Replace(whole, []byte("js"), []byte("JS"), 1)
	for name, c := range map[string]struct {
		text []byte
		want string
	}{
		"empty":                 {nil, "is no viewer"},
		"cut off":               {whole[:len(whole)/2], "is no viewer"},
		"of another form":       {bytes.Replace(whole, []byte("viewer 1"), []byte("viewer 2"), 1), "rebuild it"},
		"a byte of it is other": {changed, "checksum"},
	} {
		path := filepath.Join(t.TempDir(), "viewer.zip")
		if err := os.WriteFile(path, c.text, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(path); err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path) {
			t.Errorf("%s: %v; want %q", name, err, c.want)
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}
