package page

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// command is what is built.
const command = "raftian/raftian/web"

// Build builds the viewer with the go command, in the module of a directory, "" being
// the present one. An error is one line.
func Build(ctx context.Context, module string) (*Viewer, error) {
	root, err := run(ctx, module, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	v := &Viewer{index: ownIndex}
	v.support, err = os.ReadFile(filepath.Join(strings.TrimSpace(root), "lib", "wasm", "wasm_exec.js"))
	if err != nil {
		return nil, fmt.Errorf("this Go cannot build for browsers: %w", err)
	}
	dir, err := os.MkdirTemp("", "raftian-web-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	out := filepath.Join(dir, "viewer.wasm")
	if _, err := run(ctx, module, []string{"GOOS=js", "GOARCH=wasm"}, "build", "-trimpath", "-ldflags=-s -w", "-o", out, command); err != nil {
		return nil, err
	}
	wasm, err := os.ReadFile(out)
	if err != nil {
		return nil, err
	}
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.DefaultCompression)
	if err == nil {
		_, err = z.Write(wasm)
	}
	if err == nil {
		err = z.Close()
	}
	v.wasm = zipped.Bytes()
	return v, err
}

// run runs the go command; an error is the last line of what it says, as a rule the
// one that tells what is wrong.
func run(ctx context.Context, module string, environment []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = module, append(os.Environ(), environment...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("building the viewer for browsers needs the go command, which is not there")
	case err != nil:
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return "", fmt.Errorf("building the viewer for browsers: %s", lines[len(lines)-1])
	}
	return string(out), nil
}
