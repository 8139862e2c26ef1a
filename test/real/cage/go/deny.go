package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/opencontainers/runtime-spec/specs-go"
)

// refusals are the values of --deny with the system calls that each one refuses.
var refusals = map[string][]string{
	"chroot":    {"chroot"},
	"link":      {"link", "linkat"},
	"mknod":     {"mknod", "mknodat"},
	"renameat2": {"renameat2"},
	"setxattr":  {"setxattr", "lsetxattr", "fsetxattr", "setxattrat"},
}

func deniable() []string {
	var names []string
	for name := range refusals {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// refuseCalls removes calls from the profile's lists. A call in no list fails with EPERM.
func refuseCalls(profile *specs.LinuxSeccomp, names []string) error {
	for _, name := range names {
		calls, ok := refusals[name]
		if !ok {
			return fmt.Errorf("--deny knows %s, not %q", strings.Join(deniable(), ", "), name)
		}
		for index := range profile.Syscalls {
			rule := &profile.Syscalls[index]
			rule.Names = slices.DeleteFunc(slices.Clone(rule.Names), func(one string) bool { return slices.Contains(calls, one) })
		}
		if name == "mknod" {
			profile.Syscalls = append(profile.Syscalls, allowNoDevices()...)
		}
	}
	profile.Syscalls = slices.DeleteFunc(profile.Syscalls, func(one specs.LinuxSyscall) bool { return len(one.Names) == 0 })
	return nil
}

// allowNoDevices allows mknod(2) for plain files, fifos and sockets, as without CAP_MKNOD.
func allowNoDevices() []specs.LinuxSyscall {
	const typeMask = 0o170000
	var rules []specs.LinuxSyscall
	for _, kind := range []uint64{0, 0o010000, 0o100000, 0o140000} {
		for index, name := range []string{"mknod", "mknodat"} {
			mode := specs.LinuxSeccompArg{Index: uint(index) + 1, Value: typeMask, ValueTwo: kind, Op: specs.OpMaskedEqual}
			rules = append(rules, specs.LinuxSyscall{Names: []string{name}, Action: specs.ActAllow, Args: []specs.LinuxSeccompArg{mode}})
		}
	}
	return rules
}
