package link

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

func files(info os.FileInfo) error {
	println(info)           // want "println is a world program's output is its trace"
	fmt.Println(info)       // want "fmt.Println"
	_, err := os.Open("x")  // want "os.Open is around the Env: use env.FS"
	syscall.Getpid()        // want "syscall.Getpid"
	fmt.Fprintln(os.Stderr) // want "os.Stderr"
	filepath.Abs("x")       // want "path/filepath.Abs"
	net.Dial("tcp", "x:1")  // want "net.Dial"
	_ = net.JoinHostPort(filepath.Base("a"), fmt.Sprint(os.O_CREATE|syscall.O_RDWR))
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) {
		return &os.PathError{Op: "open", Err: err}
	}
	return err
}
