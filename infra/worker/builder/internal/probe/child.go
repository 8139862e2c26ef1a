package probe

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// TrialCommand and NamespaceCommand are internal commands: one trial each, in a new process.
const (
	TrialCommand     = "try"
	NamespaceCommand = "try-namespace"
)

// trialLimit is a variable for tests.
var trialLimit = 20 * time.Second

// killed stands for an errno: the kernel ended the process with SIGSYS, as a seccomp filter may ask for.
const killed = "SIGSYS"

// Trial makes one trial (its name, its folder and the folder of device nodes are the arguments), and
// prints its result as JSON.
func Trial(arguments []string) int {
	if len(arguments) != 3 {
		return 1
	}
	for _, one := range trials(arguments[2]) {
		if one.name == arguments[0] {
			need := result(one.name, one.try(arguments[1]))
			if json.NewEncoder(os.Stdout).Encode(need) == nil {
				return 0
			}
		}
	}
	return 1
}

// inChild makes the trial in a child, so that the report survives a call that kills its process.
func (t trial) inChild(dir, devices string) Need {
	ctx, cancel := context.WithTimeout(context.Background(), trialLimit)
	defer cancel()
	child := exec.CommandContext(ctx, "/proc/self/exe", TrialCommand, t.name, dir, devices)
	child.WaitDelay = time.Second
	output, err := child.Output()
	var need Need
	if err == nil {
		err = json.Unmarshal(output, &need)
	}
	var exit *exec.ExitError
	var path *os.PathError
	switch {
	case err == nil:
		return need
	case ctx.Err() != nil:
		return result(t.name, os.NewSyscallError(t.call, unix.ETIMEDOUT))
	case errors.As(err, &exit) && endedBySIGSYS(exit):
		lasting := true
		return Need{Name: t.name, Call: t.call, Errno: killed, Lasting: &lasting}
	case errors.As(err, &path):
		return result(t.name, os.NewSyscallError("clone", path.Err))
	}
	return result(t.name, err)
}

// endedBySIGSYS also recognizes a filter that only sends the signal: Go's runtime prints it and exits.
func endedBySIGSYS(exit *exec.ExitError) bool {
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == unix.SIGSYS ||
		bytes.HasPrefix(exit.Stderr, []byte("SIGSYS: "))
}
