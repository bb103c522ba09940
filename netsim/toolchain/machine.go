package toolchain

import "fmt"

// machineRules say to which machine a goroutine belongs. The World gives the first
// goroutine of an incarnation its number; 0 is the World's own, and everything outside.
// What has such a number cannot write to the process's own outputs, where the trace
// goes, nor reach the computer around the World by a system call.
//
//   - machine-g, machine-newproc, machine-gdestroy: a field of g. A goroutine has it
//     from the one that started it.
//   - machine-timer, machine-timer-init, machine-timer-run: a timer belongs to the
//     machine that made it, and its callback, or the goroutine that is started for it, too.
//   - machine-print, machine-print-end: what the built-in print writes, which makes
//     no system call that package syscall knows of. It is handed over when the runtime's
//     lock on printing is free again, because the World's code must be free to wait.
//   - machine-syscall, machine-syscall6, machine-rawsyscall6: system calls of a
//     machine's goroutine are shown to the World first. Package x/sys/unix calls these, too.
//     They are of Linux; elsewhere a program's output and calls go past the World.
//   - machine-state, machine-calls: the code for it, in files of their own.
func machineRules() []Rule {
	const shown = `	if raftianMachine() != 0 && raftianCall != nil {
		if r1, r2, errno, taken := raftianCall(raftianWorld, trap, [6]uintptr{%s}); taken {
			return r1, r2, Errno(errno)
		}
	}
`
	return []Rule{
		{
			Name: "machine-g", File: "runtime/runtime2.go",
			Find:    "\tbubble  *synctestBubble\n",
			Replace: "\tbubble  *synctestBubble\n\tmachine uint32\n",
		},
		{
			Name: "machine-newproc", File: "runtime/proc.go",
			Find:    "\t\tnewg.bubble = callergp.bubble\n",
			Replace: "\t\tnewg.bubble = callergp.bubble\n\t\tnewg.machine = callergp.machine\n",
		},
		{
			Name: "machine-gdestroy", File: "runtime/proc.go",
			Find:    "\tgp.bubble = nil\n\tgp.fipsOnlyBypass = false\n",
			Replace: "\tgp.bubble = nil\n\tgp.machine = 0\n\tgp.fipsOnlyBypass = false\n",
		},
		{
			Name: "machine-timer", File: "runtime/time.go",
			Find:    "\trand    uint32 // randomizes order of timers at same instant; only set when isFake\n",
			Replace: "\trand    uint32 // randomizes order of timers at same instant; only set when isFake\n\tmachine uint32\n",
		},
		{
			Name: "machine-timer-init", File: "runtime/time.go",
			Find:    "\tlockInit(&t.mu, lockRankTimer)\n\tt.f = f\n",
			Replace: "\tlockInit(&t.mu, lockRankTimer)\n\tt.machine = getg().machine\n\tt.f = f\n",
		},
		{
			Name: "machine-timer-run", File: "runtime/time.go",
			Find:    "\tf(arg, seq, delay)\n",
			Replace: "\tmachine := raftian_setMachine(t.machine)\n\tf(arg, seq, delay)\n\traftian_setMachine(machine)\n",
		},
		{
			Name: "machine-print", File: "runtime/print.go",
			Find:    "\tif gp == nil || gp.writebuf == nil || gp.m.dying > 0 {\n",
			Replace: "\tif gp != nil && raftianPrint(gp, b) {\n\t\treturn\n\t}\n\tif gp == nil || gp.writebuf == nil || gp.m.dying > 0 {\n",
		},
		{
			Name: "machine-print-end", File: "runtime/print.go",
			Find:    "\t\tunlock(&debuglock)\n",
			Replace: "\t\tunlock(&debuglock)\n\t\traftianPrintEnd()\n",
		},
		{
			Name: "machine-rawsyscall6", File: "syscall/syscall_linux.go",
			Find:    "\tvar errno uintptr\n\tr1, r2, errno = linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)\n",
			Replace: fmt.Sprintf(shown, "a1, a2, a3, a4, a5, a6") + "\tvar errno uintptr\n\tr1, r2, errno = linux.Syscall6(trap, a1, a2, a3, a4, a5, a6)\n",
		},
		{
			Name: "machine-syscall", File: "syscall/syscall_linux.go",
			Find:    "\truntime_entersyscall()\n\t// N.B. Calling RawSyscall here",
			Replace: fmt.Sprintf(shown, "a1, a2, a3") + "\truntime_entersyscall()\n\t// N.B. Calling RawSyscall here",
		},
		{
			Name: "machine-syscall6", File: "syscall/syscall_linux.go",
			Find:    "\truntime_entersyscall()\n\tr1, r2, err = RawSyscall6(trap, a1, a2, a3, a4, a5, a6)\n",
			Replace: fmt.Sprintf(shown, "a1, a2, a3, a4, a5, a6") + "\truntime_entersyscall()\n\tr1, r2, err = RawSyscall6(trap, a1, a2, a3, a4, a5, a6)\n",
		},
		{Name: "machine-state", File: "runtime/raftian_machine.go", Replace: machineState},
		{Name: "machine-calls", File: "syscall/raftian_linux.go", Replace: machineCalls},
	}
}

// machineState is added to package runtime.
const machineState = `package runtime

import _ "unsafe" // for go:linkname

// raftian_setMachine says to which machine this goroutine belongs and returns to which
// it did.
//
//go:linkname raftian_setMachine raftian/netsim.setMachine
//go:nosplit
func raftian_setMachine(machine uint32) uint32 {
	gp := getg()
	before := gp.machine
	gp.machine = machine
	return before
}

//go:linkname syscall_raftianMachine syscall.raftianMachine
//go:nosplit
func syscall_raftianMachine() uint32 { return getg().machine }

// raftianPrinted is what a machine's goroutine has printed so far by one print; the lock
// on printing guards it.
var raftianPrinted struct {
	take func(text []byte)
	text [8 << 10]byte
	n    int
}

//go:linkname raftian_takePrints raftian/netsim.takePrints
func raftian_takePrints(take func(text []byte)) { raftianPrinted.take = take }

// raftianPrint takes what is printed by a machine's goroutine, unless the process is about
// to die. What does not fit is lost.
func raftianPrint(gp *g, b []byte) bool {
	if gp.machine == 0 || raftianPrinted.take == nil || gp != gp.m.curg || gp.m.mallocing != 0 || gp.m.dying != 0 {
		return false
	}
	raftianPrinted.n += copy(raftianPrinted.text[raftianPrinted.n:], b)
	return true
}

// raftianPrintEnd hands over what was taken. Where the runtime still holds a lock, it is
// the runtime that prints, and no program.
func raftianPrintEnd() {
	n, gp := raftianPrinted.n, getg()
	switch raftianPrinted.n = 0; {
	case n == 0:
	case gp.machine != 0 && gp.m.locks == 0:
		raftianPrinted.take(raftianPrinted.text[:n])
	default:
		writeErr(raftianPrinted.text[:n])
	}
}
`

// machineCalls is added to package syscall.
const machineCalls = `package syscall

import "unsafe"

// raftianMachine is pushed via linkname from package runtime.
//
//go:linkname raftianMachine
func raftianMachine() uint32

// raftianCall is shown the system calls of machines' goroutines, and takes them or lets
// them pass. As arguments may be addresses on the stack, which moves when it grows, it
// must be nosplit until it has made pointers of them, and where it lets a call pass.
var (
	raftianCall  func(world unsafe.Pointer, trap uintptr, a [6]uintptr) (r1, r2, errno uintptr, taken bool)
	raftianWorld unsafe.Pointer
)

//go:linkname syscall_takeCalls raftian/netsim.takeCalls
func syscall_takeCalls(world unsafe.Pointer, call func(world unsafe.Pointer, trap uintptr, a [6]uintptr) (r1, r2, errno uintptr, taken bool)) {
	raftianWorld, raftianCall = world, call
}
`
