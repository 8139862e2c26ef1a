package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/moby/profiles/seccomp"
	"github.com/opencontainers/runtime-spec/specs-go"
)

// capabilities are Docker's defaults. confcom lists the same for container groups.
var capabilities = []string{
	"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE",
	"NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT",
}

// Docker's defaults, `daemon/pkg/oci/defaults.go` of moby/moby.
var (
	maskedPaths = []string{
		"/proc/asound", "/proc/acpi", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
		"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware",
		"/sys/devices/virtual/powercap",
	}
	readonlyPaths = []string{"/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"}
)

func makeSpec(options options) (*specs.Spec, error) {
	var kept []string
	for _, name := range capabilities {
		if !slices.Contains(options.drop, name) {
			kept = append(kept, "CAP_"+name)
		}
	}
	mounts, err := allMounts(options.binds)
	if err != nil {
		return nil, err
	}
	spec := &specs.Spec{
		Version: "1.0.2",
		Root:    &specs.Root{Path: options.rootfs},
		Process: &specs.Process{
			Args: options.command, Env: options.env, Cwd: options.cwd,
			Capabilities:    &specs.LinuxCapabilities{Bounding: kept, Effective: kept, Permitted: kept},
			NoNewPrivileges: options.noNewPrivileges,
		},
		Hostname: "cage",
		Mounts:   mounts,
		Linux: &specs.Linux{
			CgroupsPath: options.cgroup,
			Namespaces: []specs.LinuxNamespace{
				{Type: specs.PIDNamespace}, {Type: specs.MountNamespace}, {Type: specs.IPCNamespace}, {Type: specs.UTSNamespace},
			},
			MaskedPaths: maskedPaths, ReadonlyPaths: readonlyPaths,
			Resources: &specs.LinuxResources{Devices: deviceRules()},
		},
	}
	if spec.Linux.Seccomp, err = seccomp.GetDefaultProfile(spec); err != nil {
		return nil, err
	}
	return spec, refuseCalls(spec.Linux.Seccomp, options.deny)
}

func allMounts(binds []string) ([]specs.Mount, error) {
	mounts := []specs.Mount{
		{Destination: "/proc", Type: "proc", Source: "proc", Options: []string{"nosuid", "noexec", "nodev"}},
		{Destination: "/dev", Type: "tmpfs", Source: "tmpfs", Options: []string{"nosuid", "strictatime", "mode=755", "size=65536k"}},
		{Destination: "/dev/pts", Type: "devpts", Source: "devpts", Options: []string{"nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"}},
		{Destination: "/dev/shm", Type: "tmpfs", Source: "shm", Options: []string{"nosuid", "noexec", "nodev", "mode=1777", "size=65536k"}},
		{Destination: "/dev/mqueue", Type: "mqueue", Source: "mqueue", Options: []string{"nosuid", "noexec", "nodev"}},
		{Destination: "/sys", Type: "sysfs", Source: "sysfs", Options: []string{"nosuid", "noexec", "nodev", "ro"}},
		{Destination: "/sys/fs/cgroup", Type: "cgroup", Source: "cgroup", Options: []string{"nosuid", "noexec", "nodev", "relatime", "ro"}},
	}
	for _, bind := range binds {
		parts := strings.Split(bind, ":")
		readonly := len(parts) == 3 && parts[2] == "ro"
		if len(parts) < 2 || len(parts) > 3 || (len(parts) == 3 && !readonly) {
			return nil, fmt.Errorf("%q is not FROM:TO or FROM:TO:ro", bind)
		}
		options := []string{"rbind"}
		if readonly {
			options = append(options, "ro")
		}
		mounts = append(mounts, specs.Mount{Destination: parts[1], Type: "bind", Source: parts[0], Options: options})
	}
	return mounts, nil
}

// deviceRules are Docker's, without its rule against /dev/fuse: runc 1.1 refuses such an exception with
// cgroup v1, and the node is useless without CAP_SYS_ADMIN.
func deviceRules() []specs.LinuxDeviceCgroup {
	allow := func(kind string, major, minor *int64, access string) specs.LinuxDeviceCgroup {
		return specs.LinuxDeviceCgroup{Allow: true, Type: kind, Major: major, Minor: minor, Access: access}
	}
	number := func(n int64) *int64 { return &n }
	rules := []specs.LinuxDeviceCgroup{{Allow: false, Access: "rwm"}, allow("c", nil, nil, "m"), allow("b", nil, nil, "m")}
	for _, node := range [][2]int64{{1, 3}, {1, 5}, {1, 7}, {1, 8}, {1, 9}, {5, 0}, {5, 1}, {5, 2}} {
		rules = append(rules, allow("c", number(node[0]), number(node[1]), "rwm"))
	}
	return append(rules, allow("c", number(136), nil, "rwm"))
}
