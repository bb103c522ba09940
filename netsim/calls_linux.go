//go:build raftian_world && (amd64 || arm64)

package netsim

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"raftian/netsim/stacks"
	"raftian/netsim/trace"
)

// takeCalls is pushed via linkname from the edited package syscall (see netsim/toolchain):
// it has system calls of machines' goroutines shown to call, which is given world.
//
//go:linkname takeCalls
func takeCalls(world unsafe.Pointer, call func(world unsafe.Pointer, trap uintptr, a [6]uintptr) (r1, r2, errno uintptr, taken bool))

// watchPrograms has this process's programs print into the World, and ends it when one
// reaches around its env.Env.
func (w *World) watchPrograms() {
	takePrints(func(text []byte) { w.print(machineNumber(), trace.Stderr, text) })
	takeCalls(unsafe.Pointer(w), systemCall)
}

// machineNumber is that of the incarnation to which this goroutine belongs.
func machineNumber() uint32 {
	number := setMachine(0)
	setMachine(number)
	return number
}

// systemCall takes a system call of a machine's goroutine: writing to standard output or error
// goes to the World; what would reach the computer ends the run; all else passes. Whatever
// has no name outside of the process passes, such as the clock, memory, the process's
// number, and reading from a descriptor that was there before the program.
//
// Arguments may be addresses on the stack, which moves when it grows: until they are
// pointers nothing here may let it grow.
//
//go:nosplit
//go:norace
func systemCall(world unsafe.Pointer, trap uintptr, a [6]uintptr) (r1, r2, errno uintptr, taken bool) {
	w := (*World)(world)
	switch trap {
	case syscall.SYS_WRITE:
		if a[0] == uintptr(syscall.Stdout) || a[0] == uintptr(syscall.Stderr) {
			return w.write(trace.Stream(a[0]), pointer(&a[1]), int(a[2])), 0, 0, true
		}
	case syscall.SYS_CLOSE: // the outputs are the World's, too
		return 0, 0, 0, a[0] == uintptr(syscall.Stdout) || a[0] == uintptr(syscall.Stderr)
	case syscall.SYS_OPENAT, sysOpenat2:
		return w.open(trap, a, pointer(&a[1]))
	case syscall.SYS_MKDIRAT, syscall.SYS_UNLINKAT, syscall.SYS_RENAMEAT, sysRenameat2, syscall.SYS_READLINKAT,
		syscall.SYS_FCHMODAT, syscall.SYS_FCHOWNAT, syscall.SYS_FACCESSAT, sysFaccessat2, syscall.SYS_UTIMENSAT, sysFstatat, sysStatx:
		w.reach("uses the file", pointer(&a[1]))
	case syscall.SYS_LINKAT, syscall.SYS_TRUNCATE, syscall.SYS_CHDIR, syscall.SYS_STATFS, syscall.SYS_SYMLINKAT:
		w.reach("uses files", nil)
	case syscall.SYS_SOCKET, syscall.SYS_SOCKETPAIR:
		w.reach("opens a socket", nil)
	case syscall.SYS_PIPE2:
		w.reach("opens a pipe", nil)
	case sysPidfdOpen, syscall.SYS_EXECVE:
		w.reach("starts another program", nil)
	case syscall.SYS_INOTIFY_INIT1, syscall.SYS_EPOLL_CREATE1, syscall.SYS_EVENTFD2, syscall.SYS_TIMERFD_CREATE, sysMemfdCreate:
		w.reach("opens a descriptor", nil)
	}
	return 0, 0, 0, false
}

// System calls that package syscall does not name.
const (
	sysOpenat2    = 437
	sysPidfdOpen  = 434
	sysFaccessat2 = 439
)

// pointer makes a pointer of an argument that is one, so that it moves with what it
// points to.
//
//go:nosplit
//go:norace
func pointer(argument *uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(argument)) }

// write has the World record n bytes from p.
func (w *World) write(stream trace.Stream, p unsafe.Pointer, n int) uintptr {
	w.print(machineNumber(), stream, unsafe.Slice((*byte)(p), n))
	return uintptr(n)
}

// open lets few files be opened: those that package time reads for a zone and package mime
// for its types, which are the same everywhere, or nearly so, and /dev/null.
func (w *World) open(trap uintptr, a [6]uintptr, path unsafe.Pointer) (r1, r2, errno uintptr, taken bool) {
	number := setMachine(0)
	defer setMachine(number)
	pkg := asks(stackHere(false)[0])
	if pkg != "time" && pkg != "mime" && (pkg != "" || text(path) != "/dev/null") {
		setMachine(number)
		w.reach("opens the file", path)
	}
	r1, r2, e := syscall.Syscall6(trap, a[0], uintptr(path), a[2], a[3], a[4], a[5])
	return r1, r2, uintptr(e), true
}

// reach ends the run of a program that reaches around its env.Env, and says which
// machine's it is, what it does, and where.
func (w *World) reach(does string, path unsafe.Pointer) {
	number := setMachine(0)
	here := stackHere(false)[0]
	switch {
	case asks(here) == "os/exec":
		does = "starts another program"
	case path != nil:
		does += fmt.Sprintf(" %q", text(path))
	}
	name := "a machine that has crashed"
	if i := w.lives[number-1]; i != nil {
		name = i.name
	}
	quit(StatusOutside, fmt.Errorf("the program on %s %s%s", name, does, placeOf(here)))
}

// asks is the package of Go's that makes a system call for ends of its own: "time", "mime"
// or "os/exec"; "" if none of them does.
func asks(here stacks.Goroutine) string {
	stranger := strangers()
	for _, f := range here.Frames {
		pkg, _, _ := strings.Cut(f.Function, ".")
		switch {
		case stranger(f.Function):
			return ""
		case pkg == "time", pkg == "mime", pkg == "os/exec":
			return pkg
		case f.Function == "os.StartProcess":
			return "os/exec"
		}
	}
	return ""
}

// placeOf says where the program's own code makes the call that has led here: of the
// innermost function of a module, and of the innermost of the main one if that is another.
// A goroutine of a library's own was asked by another one.
func placeOf(here stacks.Goroutine) string {
	stranger, all := strangers(), stackHere(true)
	for depth := 0; depth < 8; depth++ {
		for k, f := range here.Frames {
			if !stranger(f.Function) {
				continue
			}
			by := ""
			if k > 0 && !strings.HasPrefix(here.Frames[k-1].Function, worldPath) {
				by = " by " + shortName(here.Frames[k-1].Function)
			}
			return fmt.Sprintf("%s in %s at %s%s", by, shortName(f.Function), f.Place, outermost(here, k, stranger))
		}
		if stranger(here.Creator.Function) {
			return fmt.Sprintf(" in a goroutine that %s starts at %s", shortName(here.Creator.Function), here.Creator.Place)
		}
		parent := here.Parent
		for _, g := range all {
			if g.ID == parent {
				here = g
			}
		}
	}
	return ""
}

// outermost names the innermost frame of the main module beyond frame k, if that is one of
// a library.
func outermost(g stacks.Goroutine, k int, stranger func(string) bool) string {
	own := func(f stacks.Frame) bool {
		return stranger(f.Function) && !strings.Contains(f.Place, "@") // a module's version
	}
	if own(g.Frames[k]) {
		return ""
	}
	for _, f := range g.Frames[k+1:] {
		if own(f) {
			return ", called at " + f.Place
		}
	}
	return ""
}

// shortName is a function's name with its package's alone.
func shortName(function string) string { return function[strings.LastIndexByte(function, '/')+1:] }

// text is a string as the kernel takes it.
func text(p unsafe.Pointer) string {
	const most = 4096 // bytes of a path
	n := 0
	for n < most && *(*byte)(unsafe.Add(p, n)) != 0 {
		n++
	}
	return string(unsafe.Slice((*byte)(p), n))
}

// stackHere is this goroutine, or all of this process, this one first.
func stackHere(all bool) []stacks.Goroutine {
	for size := 1 << 16; ; size *= 4 {
		buf := make([]byte, size)
		if n := runtime.Stack(buf, all); n < size {
			return stacks.Parse(string(buf[:n]))
		}
	}
}
