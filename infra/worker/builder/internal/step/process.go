package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// errUncontrolled means that processes of a step may still run, so that the state cannot be trusted.
var errUncontrolled = errors.New("processes of a step are out of control")

type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run starts the supervisor and waits for it. It ends the step when ctx ends.
func run(ctx context.Context, what command, io streams) (outcome, error) {
	commandRead, commandWrite, err := os.Pipe()
	if err != nil {
		return outcome{}, err
	}
	defer commandWrite.Close()
	outcomeRead, outcomeWrite, err := os.Pipe()
	if err != nil {
		commandRead.Close()
		return outcome{}, err
	}
	defer outcomeRead.Close()

	supervisor := exec.Command("/proc/self/exe", "step")
	supervisor.Env = []string{}
	supervisor.Stdin, supervisor.Stdout, supervisor.Stderr = io.in, io.out, io.err
	supervisor.ExtraFiles = []*os.File{commandRead, outcomeWrite}
	supervisor.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	supervisor.WaitDelay = 5 * time.Second
	err = supervisor.Start()
	commandRead.Close()
	outcomeWrite.Close()
	if err != nil {
		return outcome{}, fmt.Errorf("starting the supervisor of a step: %w", err)
	}
	if err := json.NewEncoder(commandWrite).Encode(what); err != nil {
		// The supervisor starts nothing before it has read the whole command.
		supervisor.Process.Kill()
		return outcome{}, fmt.Errorf("telling the supervisor of a step: %w", errors.Join(err, supervisor.Wait()))
	}
	stop := context.AfterFunc(ctx, func() { commandWrite.Close() })
	defer stop()
	var result outcome
	told := json.NewDecoder(outcomeRead).Decode(&result)
	waited := supervisor.Wait()
	if told != nil || waited != nil || result.StillRunning {
		return outcome{}, fmt.Errorf("%w: %w", errUncontrolled, errors.Join(told, waited))
	}
	return result, nil
}
