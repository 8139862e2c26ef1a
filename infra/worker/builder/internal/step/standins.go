package step

import (
	"os"
	"path/filepath"

	"patchwright/worker/builder/internal/device"
)

// networkFile copies one of this container's own files, because a step shares its network.
func networkFile(source, otherwise string) func(path string) error {
	return func(path string) error {
		content, err := os.ReadFile(source)
		if os.IsNotExist(err) {
			content, err = []byte(otherwise), nil
		}
		if err != nil {
			return err
		}
		return os.WriteFile(path, content, 0o644)
	}
}

func emptyFolder(path string) error { return os.Mkdir(path, 0o755) }

func deviceFolder(maker device.Maker) func(path string) error {
	return func(path string) error {
		if err := emptyFolder(path); err != nil {
			return err
		}
		if err := emptyFolder(filepath.Join(path, "pts")); err != nil {
			return err
		}
		shared := filepath.Join(path, "shm")
		if err := emptyFolder(shared); err != nil {
			return err
		}
		if err := os.Chmod(shared, 0o777|os.ModeSticky); err != nil {
			return err
		}
		return maker.MakeAll(path)
	}
}

// copiedFromProc lists files that package scripts and their programs read. A file that this container
// does not have is skipped.
var copiedFromProc = []string{
	"cpuinfo", "devices", "filesystems", "loadavg", "meminfo", "stat", "swaps", "uptime", "version",
	"self/limits", "self/stat", "self/statm", "self/status",
	"sys/kernel/cap_last_cap", "sys/kernel/ngroups_max", "sys/kernel/osrelease", "sys/kernel/ostype",
	"sys/kernel/pid_max", "sys/kernel/random/boot_id", "sys/vm/max_map_count", "sys/vm/overcommit_memory",
}

// mountInfo is for mountpoint(1), with which the package scripts of OpenJDK check for /proc.
const (
	mountInfo = "1 0 0:1 / / rw - overlay overlay rw\n" +
		"2 1 0:2 / /proc rw,nosuid,nodev,noexec - proc proc rw\n" +
		"3 1 0:3 / /dev rw,nosuid - tmpfs tmpfs rw\n"
	mounts = "overlay / overlay rw 0 0\nproc /proc proc rw,nosuid,nodev,noexec 0 0\ntmpfs /dev tmpfs rw,nosuid 0 0\n"
)

// procFolder makes a stand-in for /proc of plain files. It has no folders of processes, no self/exe and
// no self/fd, which only the kernel can provide.
func procFolder(path string) error {
	files := map[string]string{"self/mountinfo": mountInfo, "self/mounts": mounts}
	for _, name := range copiedFromProc {
		if content, err := os.ReadFile(filepath.Join("/proc", name)); err == nil {
			files[name] = string(content)
		}
	}
	for name, content := range files {
		file := filepath.Join(path, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(content), 0o444); err != nil {
			return err
		}
	}
	return os.Symlink("self/mounts", filepath.Join(path, "mounts"))
}
