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

// command is the package that is compiled.
const command = "raftian/raftian/web"

// Build compiles the viewer with the go command, in the module of a directory; "" is
// the present one. An error is one line.
func Build(ctx context.Context, module string) (*Viewer, error) {
	root, err := goCommand(ctx, module, nil, "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	v := &Viewer{index: indexHTML}
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
	if _, err := goCommand(ctx, module, []string{"GOOS=js", "GOARCH=wasm"}, "build", "-trimpath", "-ldflags=-s -w", "-o", out, command); err != nil {
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

// goCommand runs the go command. An error is the last line of its output, which usually
// names the cause.
func goCommand(ctx context.Context, module string, environment []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = module, append(os.Environ(), environment...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("building the viewer for browsers needs the go command, which was not found")
	case err != nil:
		lines := strings.Split(strings.TrimSpace(stderr.String()), "\n")
		return "", fmt.Errorf("building the viewer for browsers: %s", lines[len(lines)-1])
	}
	return string(out), nil
}
