package probe

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/device"
)

const (
	mountNeed         = "mount"
	namespacesNeed    = "namespaces"
	cgroupNeed        = "cgroup"
	upstreamNeed      = "upstream"
	mknodNeed         = "mknod"
	linkedDevicesNeed = "linkedDeviceNodes"
)

// trial tries one need in its own folder and its own process.
type trial struct {
	name string
	// call is the system call that matters, for a kernel that kills the process instead of refusing it.
	call string
	// required is true if the mount-free builder cannot work without it.
	required bool
	try      func(dir string) error
}

func trials(devices string) []trial {
	return []trial{
		{mountNeed, "mount", false, tryMount},
		{namespacesNeed, "clone", false, tryNamespaces},
		{cgroupNeed, "mkdir", false, func(string) error { return tryCgroup(cgroups) }},
		{upstreamNeed, "stat", false, tryUpstream},
		{"chroot", "chroot", true, tryChroot},
		{mknodNeed, "mknod", false, func(dir string) error { return device.Try(device.Maker{}, dir) }},
		{linkedDevicesNeed, "link", false, func(dir string) error { return device.Try(device.Maker{Shipped: devices}, dir) }},
		{"hardLink", "link", true, tryHardLink},
		{"renameExchange", "renameat2", true, tryRenameExchange},
		{"fileCapability", "setxattr", true, tryFileCapability},
		{"subreaper", "prctl", true, trySubreaper},
		{"dropCapability", "prctl", false, tryDropCapability},
	}
}

func isRequired(name string) bool {
	for _, one := range trials("") {
		if one.name == name {
			return one.required
		}
	}
	return false
}

func tryAll(scratch, devices string) []Need {
	var needs []Need
	for _, one := range trials(devices) {
		dir := filepath.Join(scratch, one.name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			needs = append(needs, result(one.name, err))
			continue
		}
		needs = append(needs, one.inChild(dir, devices))
	}
	return needs
}

func tryMount(dir string) error {
	to := filepath.Join(dir, "to")
	if err := os.Mkdir(to, 0o700); err != nil {
		return err
	}
	if err := unix.Mount(dir, to, "", unix.MS_BIND, ""); err != nil {
		return os.NewSyscallError("mount", err)
	}
	return os.NewSyscallError("umount", unix.Unmount(to, unix.MNT_DETACH))
}

// tryNamespaces acts as runc does for a step: new mount and pid namespaces with their own /proc.
func tryNamespaces(dir string) error {
	child := exec.Command("/proc/self/exe", NamespaceCommand, dir)
	child.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID}
	return runChild(child, "clone")
}

// cgroups is where cgroup file systems are mounted.
const cgroups = "/sys/fs/cgroup"

// tryCgroup makes and removes a cgroup, which is a folder in this file system, as runc does for a step.
// With version 1, runc needs one in each hierarchy, so that any will do.
func tryCgroup(mounted string) error {
	for _, hierarchy := range []string{"memory", "pids", "cpu"} {
		if info, err := os.Stat(filepath.Join(mounted, hierarchy)); err == nil && info.IsDir() {
			mounted = filepath.Join(mounted, hierarchy)
			break
		}
	}
	made, err := os.MkdirTemp(mounted, "patchwright-probe-")
	if err != nil {
		return err
	}
	return os.NewSyscallError("rmdir", unix.Rmdir(made))
}

func tryUpstream(string) error {
	for _, name := range []string{"buildkitd", "runc"} {
		if _, err := exec.LookPath(name); err != nil {
			return &os.PathError{Op: "stat", Path: name, Err: unix.ENOENT}
		}
	}
	return nil
}

func tryChroot(dir string) error {
	return os.NewSyscallError("chroot", unix.Chroot(dir))
}

func tryHardLink(dir string) error {
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return err
	}
	return os.Link(file, filepath.Join(dir, "link"))
}

func tryRenameExchange(dir string) error {
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	for _, path := range []string{a, b} {
		if err := os.Mkdir(path, 0o700); err != nil {
			return err
		}
	}
	return os.NewSyscallError("renameat2", unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE))
}

// tryFileCapability sets cap_net_raw=ep, as ping has it: version 2 of struct vfs_cap_data.
func tryFileCapability(dir string) error {
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o700); err != nil {
		return err
	}
	value := make([]byte, 20)
	value[0], value[3], value[5] = 1, 2, 1<<(unix.CAP_NET_RAW-8)
	return os.NewSyscallError("setxattr", unix.Lsetxattr(file, "security.capability", value, 0))
}

func trySubreaper(string) error {
	if _, err := os.ReadFile("/proc/self/stat"); err != nil {
		return err
	}
	defer unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
	return os.NewSyscallError("prctl", unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
}

// tryDropCapability drops the capability that every step loses, in a thread that ends then, and checks
// that a program would have fewer.
func tryDropCapability(string) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // Never unlocked.
		result <- dropCapability()
	}()
	return <-result
}

func dropCapability() error {
	held, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, unix.CAP_SETPCAP, 0, 0, 0)
	if err == nil && held == 0 {
		err = unix.EPERM
	}
	if err == nil {
		err = unix.Prctl(unix.PR_CAPBSET_DROP, unix.CAP_SETPCAP, 0, 0, 0)
	}
	if err != nil {
		return os.NewSyscallError("prctl", err)
	}
	left, err := unix.PrctlRetInt(unix.PR_CAPBSET_READ, unix.CAP_SETPCAP, 0, 0, 0)
	if err == nil && left != 0 {
		err = unix.EPERM
	}
	return os.NewSyscallError("prctl", err)
}

// Namespace mounts /proc over a folder, in the namespaces that its parent created, and reports an error as
// `CALL ERRNO` on standard output.
func Namespace(arguments []string) int {
	err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	if err == nil {
		err = unix.Mount("proc", strings.Join(arguments, " "), "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "")
	}
	return reportChild(os.NewSyscallError("mount", err))
}

func reportChild(err error) int {
	if err == nil {
		return 0
	}
	if call, ok := err.(*os.SyscallError); ok {
		if errno, ok := call.Err.(syscall.Errno); ok {
			fmt.Printf("%s %d", call.Syscall, errno)
		}
	}
	return 1
}

// runChild returns the child's report, or the error that prevented its start.
func runChild(child *exec.Cmd, start string) error {
	output, err := child.Output()
	if err == nil {
		return nil
	}
	call, number, _ := strings.Cut(string(output), " ")
	if errno, failure := strconv.Atoi(number); failure == nil {
		return os.NewSyscallError(call, syscall.Errno(errno))
	}
	if path, ok := err.(*os.PathError); ok {
		return os.NewSyscallError(start, path.Err)
	}
	return err
}
