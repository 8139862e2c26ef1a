// Package step runs the steps of a build in a folder, with chroot(2) instead of a container.
package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/containerd/continuity/fs"
	"github.com/moby/buildkit/executor"
	"github.com/moby/buildkit/executor/oci"
	resourcestypes "github.com/moby/buildkit/executor/resources/types"
	gateway "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/util/bklog"
	"github.com/moby/sys/user"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/fault"
)

// Folders is the part of the store of folders that the executor needs.
type Folders interface {
	CheckWritable(dir string) error
	CopyTree(path, source string) error
	Settle(dir string) error
	Full(err error) error
}

// Executor runs one process for each step.
type Executor struct {
	// Dir is an empty folder on the file system of the store's folders.
	Dir     string
	Folders Folders
	Devices device.Maker
	// Uncontrolled is called if processes of a step cannot be ended. It should end the daemon.
	Uncontrolled func(error)

	steps sync.WaitGroup
	// one lets steps run one after another: their processes could trace each other.
	one sync.Mutex
}

var _ executor.Executor = (*Executor)(nil)

// Wait returns when no step runs.
func (e *Executor) Wait() { e.steps.Wait() }

// Exec refuses a second process in a running step, which Copa never starts.
func (e *Executor) Exec(context.Context, string, executor.ProcessInfo) error {
	return fault.New(fault.UnsupportedStep, "a second process in a running step is asked for")
}

func (e *Executor) Run(ctx context.Context, id string, root executor.Mount, mounts []executor.Mount, process executor.ProcessInfo, started chan<- struct{}) (resourcestypes.Recorder, error) {
	e.steps.Add(1)
	defer e.steps.Done()
	e.one.Lock()
	defer e.one.Unlock()
	if started != nil {
		defer close(started)
	}
	if err := refuseStep(root, process.Meta); err != nil {
		return nil, err
	}
	sources := &sources{}
	defer sources.release()
	rootDir, err := sources.dir(ctx, root)
	if err != nil {
		return nil, err
	}
	if err := e.Folders.CheckWritable(rootDir); err != nil {
		return nil, err
	}
	written := []string{rootDir}
	var borrowed []borrowing
	for _, mount := range mounts {
		dir, err := sources.dir(ctx, mount)
		if err != nil {
			return nil, err
		}
		if !mount.Readonly {
			if err := e.Folders.CheckWritable(dir); err != nil {
				return nil, err
			}
			if slices.Contains(written, dir) {
				return nil, fault.New(fault.UnsupportedStep, "a step asks for one folder in two places, the second at %s", mount.Dest)
			}
			written = append(written, dir)
		}
		path := dir
		if mount.Selector != "" {
			if path, err = fs.RootPath(dir, mount.Selector); err != nil {
				return nil, err
			}
		}
		borrowed = append(borrowed, borrowing{path: path, dest: filepath.Join("/", mount.Dest), readonly: mount.Readonly})
	}
	failure := e.Folders.Full(e.runIn(ctx, rootDir, borrowed, process))
	if errors.Is(failure, errUncontrolled) || errors.Is(failure, fault.StepNotUndone) {
		return nil, failure // Something may still write to the folders.
	}
	for _, dir := range written { // After a failure too: BuildKit keeps the folders of a failed step.
		failure = errors.Join(failure, e.Folders.Settle(dir))
	}
	return nil, failure
}

// borrowing is a folder or file that is mounted at dest for a step.
type borrowing struct {
	path, dest string
	readonly   bool
}

// worksOnAnotherRoot returns true if a mounted folder has contents, as the root of an image without a
// shell. The empty folders for results do not count: the image's own shell writes to them.
func worksOnAnotherRoot(borrowed []borrowing) (bool, error) {
	for _, one := range borrowed {
		info, err := os.Lstat(one.path)
		if err != nil {
			return false, err
		}
		if !info.IsDir() {
			continue
		}
		entries, err := os.ReadDir(one.path)
		if err != nil || len(entries) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// runIn puts the mounts in place, runs the process, and restores everything before it returns.
func (e *Executor) runIn(ctx context.Context, rootDir string, borrowed []borrowing, process executor.ProcessInfo) (failure error) {
	meta := process.Meta
	uid, gid, groups, err := oci.GetUser(rootDir, meta.User)
	if err != nil {
		return fmt.Errorf("finding user %q in the image: %w", meta.User, err)
	}
	if err := makeWorkingFolder(rootDir, meta.Cwd, int(uid), int(gid)); err != nil {
		return err
	}
	works, err := worksOnAnotherRoot(borrowed)
	if err != nil {
		return err
	}
	what := command{
		Root: rootDir, Dir: filepath.Join("/", meta.Cwd), Args: meta.Args,
		Env: withHome(rootDir, uid, meta.Env), UID: uid, GID: gid, Groups: groups,
		KeepChroot: works,
	}
	stash, err := os.MkdirTemp(e.Dir, "stash-")
	if err != nil {
		return err
	}
	loans := newLoans(rootDir, stash)
	defer func() {
		if errors.Is(failure, errUncontrolled) {
			e.Uncontrolled(failure)
			return // A process may still write to the places that would be restored.
		}
		failure = errors.Join(failure, loans.takeBackAll())
	}()
	if err := e.lend(loans, borrowed); err != nil {
		return err
	}
	what.Path = programPath(rootDir, meta.Args[0], meta.Env)
	seen := &watcher{}
	io := streams{out: seen.watch(process.Stdout), err: seen.watch(process.Stderr)}
	if process.Stdin != nil {
		io.in = process.Stdin
	}
	result, err := run(ctx, what, io)
	if err != nil {
		return err
	}
	if result.Failed != "" && ctx.Err() == nil {
		return fmt.Errorf("starting the step %.200q: %s", strings.Join(meta.Args, " "), result.Failed)
	}
	bklog.G(ctx).Infof("step %.200q ended with exit code %d", strings.Join(meta.Args, " "), result.ExitCode)
	return stepError(ctx, result, meta.ValidExitCodes, seen)
}

// lend puts the mounts of a container runtime into the root, the outer folders first.
func (e *Executor) lend(loans *loans, borrowed []borrowing) error {
	type lending struct {
		dest string
		put  func() error
	}
	standIn := func(dest string, make func(string) error) lending {
		return lending{dest, func() error { return loans.standIn(dest, make) }}
	}
	all := []lending{
		standIn("/dev", deviceFolder(e.Devices)),
		standIn("/proc", procFolder),
		standIn("/sys", emptyFolder),
	}
	for _, one := range borrowed {
		if one.readonly { // A committed folder must not be written to, and two steps may use it.
			all = append(all, lending{one.dest, func() error {
				return loans.copyOf(one.dest, func(path string) error { return e.Folders.CopyTree(path, one.path) })
			}})
		} else {
			all = append(all, lending{one.dest, func() error { return loans.borrow(one.dest, one.path) }})
		}
	}
	all = append(all,
		standIn("/etc/resolv.conf", networkFile("/etc/resolv.conf", "")),
		standIn("/etc/hosts", networkFile("/etc/hosts", "127.0.0.1\tlocalhost\n::1\tlocalhost\n")))
	slices.SortStableFunc(all, func(a, b lending) int {
		return strings.Count(a.dest, "/") - strings.Count(b.dest, "/")
	})
	for _, one := range all {
		if err := one.put(); err != nil {
			return fmt.Errorf("putting %s in place: %w", one.dest, err)
		}
	}
	return loans.ready()
}

// crashed is the exit code of a shell whose program was ended by SIGSEGV. The worker knows its cause.
const crashed = 128 + int(unix.SIGSEGV)

// stepError is the error of a step that ended with an unexpected code or was cancelled.
func stepError(ctx context.Context, result outcome, valid []int, seen *watcher) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if result.NotStarted == "" && (slices.Contains(valid, result.ExitCode) || (len(valid) == 0 && result.ExitCode == 0)) {
		return nil
	}
	seen.finish()
	failure := &gateway.ExitError{ExitCode: uint32(result.ExitCode)}
	switch {
	case result.NotStarted != "":
		failure.Err = fmt.Errorf("exit code: %d: %s", result.ExitCode, result.NotStarted)
	case seen.full:
		failure.Err = fmt.Errorf("exit code: %d: %w", result.ExitCode,
			fault.New(fault.ImageTooLarge, "the step found no space left on the disk"))
	case seen.proc && result.ExitCode != crashed:
		failure.Err = fmt.Errorf("exit code: %d: %w", result.ExitCode,
			fault.New(fault.NeedsProc, "the output mentions /proc or /dev/fd: its package scripts need a /proc, which this container cannot provide"))
	}
	return failure
}

// makeWorkingFolder makes the working folder of a step if the image does not have it, as runc does.
func makeWorkingFolder(root, dir string, uid, gid int) error {
	path, err := fs.RootPath(root, dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return user.MkdirAllAndChown(path, 0o755, uid, gid)
}
