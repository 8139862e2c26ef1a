package step

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// command is the supervisor's input on descriptor 3. The end of that stream means: end the step.
type command struct {
	Root, Path, Dir string
	Args, Env       []string
	UID, GID        uint32
	Groups          []uint32
	// KeepChroot is true if the step works on a mounted folder and may chroot(2) into it, as dpkg --root does.
	KeepChroot bool
}

// outcome is the supervisor's output on descriptor 4. Without one, the supervisor itself has failed.
type outcome struct {
	ExitCode int
	// NotStarted is the reason if the program could not be started.
	NotStarted string `json:",omitempty"`
	// Failed is the reason if the step could not be run for a cause that is not in the image.
	Failed string `json:",omitempty"`
	// StillRunning is true if a process of the step did not end.
	StillRunning bool `json:",omitempty"`
}

const (
	commandFD, outcomeFD = 3, 4
	endLimit             = 20 * time.Second
)

// Supervise is the whole of `patchwright-builder step`: it runs a program in a root, waits for it, and
// ends every process that it leaves behind. It returns the exit code of the supervisor itself.
func Supervise() int {
	unix.CloseOnExec(commandFD)
	unix.CloseOnExec(outcomeFD)
	in, out := os.NewFile(commandFD, "command"), os.NewFile(outcomeFD, "outcome")
	if err := json.NewEncoder(out).Encode(supervise(in)); err != nil {
		fmt.Fprintln(os.Stderr, "patchwright-builder:", err)
		return 1
	}
	return 0
}

func supervise(in *os.File) outcome {
	var what command
	if err := json.NewDecoder(in).Decode(&what); err != nil {
		return outcome{Failed: fmt.Sprint("reading the command: ", err)}
	}
	cancelled := make(chan struct{})
	go func() {
		io.Copy(io.Discard, in)
		close(cancelled)
	}()
	if err := unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); err != nil {
		return outcome{Failed: fmt.Sprint("prctl: ", err)}
	}
	syscall.Umask(0o022)
	var process *os.Process
	failed := outcome{}
	besideLeader(func() { process, failed = start(what) })
	if process == nil {
		return failed
	}
	exited := make(chan int, 1)
	go func() { exited <- exitCode(process.Wait()) }()
	code := 128 + int(syscall.SIGKILL)
	select {
	case code = <-exited:
	case <-cancelled:
	}
	return outcome{ExitCode: code, StillRunning: !endChildren()}
}

// besideLeader calls run in a thread that ends then, so that run may restrict it. It is not the first thread
// of this process, which stands for the process when a step sends it a signal.
func besideLeader(run func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // Never unlocked.
		if unix.Gettid() == unix.Getpid() {
			besideLeader(run) // This thread is busy meanwhile.
			return
		}
		run()
	}()
	<-done
}

// start restricts this thread and starts the program. The outcome counts if there is no process.
func start(what command) (*os.Process, outcome) {
	for _, restrict := range []func() error{func() error { return dropCapabilities(what.KeepChroot) }, scope} {
		if err := restrict(); err != nil {
			return nil, outcome{Failed: err.Error()}
		}
	}
	process, err := os.StartProcess(what.Path, what.Args, &os.ProcAttr{
		Dir: what.Dir, Env: what.Env, Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		Sys: &syscall.SysProcAttr{
			Chroot:     what.Root,
			Credential: &syscall.Credential{Uid: what.UID, Gid: what.GID, Groups: what.Groups},
			Setsid:     true,
		},
	})
	if err != nil {
		return nil, notStarted(err)
	}
	return process, outcome{}
}

// notStarted blames the image only for a program that is missing or can't be executed.
func notStarted(why error) outcome {
	if errors.Is(why, unix.ENOENT) {
		return outcome{ExitCode: 127, NotStarted: why.Error()}
	}
	for _, image := range []error{unix.EACCES, unix.ENOEXEC, unix.ENOTDIR} {
		if errors.Is(why, image) {
			return outcome{ExitCode: 126, NotStarted: why.Error()}
		}
	}
	return outcome{Failed: why.Error()}
}

// dropCapabilities drops, for the programs that this thread starts, the capabilities that no step needs
// and those with which one could leave its root. Without CAP_SETPCAP nothing changes; the probe reports it.
func dropCapabilities(keepChroot bool) error {
	// CAP_SETPCAP is always held if a drop is allowed, so a step has less than the daemon and can't trace it.
	drop := []uintptr{unix.CAP_SETPCAP, unix.CAP_NET_RAW}
	if !keepChroot {
		drop = append(drop, unix.CAP_SYS_CHROOT)
	}
	for _, capability := range drop {
		if err := unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0); err != nil && !errors.Is(err, unix.EPERM) {
			return fmt.Errorf("prctl(PR_CAPBSET_DROP, %d): %w", capability, err)
		}
	}
	return clearInheritable()
}

// clearInheritable also clears the ambient capabilities. A program of root would get both again, whatever
// was dropped.
func clearInheritable() error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return fmt.Errorf("capget: %w", err)
	}
	sets[0].Inheritable, sets[1].Inheritable = 0, 0
	if err := unix.Capset(&header, &sets[0]); err != nil {
		return fmt.Errorf("capset: %w", err)
	}
	return nil
}

func exitCode(state *os.ProcessState, err error) int {
	if err != nil {
		return 255
	}
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}

// endChildren kills the remaining processes of the step. This process inherits the children of each one.
func endChildren() bool {
	for limit := time.Now().Add(endLimit); time.Now().Before(limit); {
		pid, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
		if errors.Is(err, unix.ECHILD) {
			return true
		}
		if pid > 0 {
			continue
		}
		for _, child := range childrenOf(os.Getpid()) {
			unix.Kill(child, unix.SIGKILL)
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

// childrenOf reads /proc/PID/stat: the fourth field, after the name in parentheses and the state, is the
// parent.
func childrenOf(parent int) []int {
	var children []int
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		text := string(content)
		fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
		if len(fields) < 2 || fields[1] != strconv.Itoa(parent) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
			children = append(children, pid)
		}
	}
	return children
}
