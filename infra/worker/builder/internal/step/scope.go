package step

import (
	"errors"
	"fmt"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// scope lets the programs that this thread starts signal, trace and reach by abstract sockets only each
// other, if the kernel has Landlock's scopes (Linux 6.12). It returns without an error if it has not.
// No program gains privileges from its file any more, which the kernel asks for; a step is root anyway.
func scope() error {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("prctl(PR_SET_NO_NEW_PRIVS): %w", err)
	}
	rules := unix.LandlockRulesetAttr{Scoped: unix.LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | unix.LANDLOCK_SCOPE_SIGNAL}
	fd, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, uintptr(unsafe.Pointer(&rules)), unsafe.Sizeof(rules), 0)
	if errno != 0 {
		if hasNoScopes(errno) {
			return nil
		}
		return os.NewSyscallError("landlock_create_ruleset", errno)
	}
	defer unix.Close(int(fd))
	if _, _, errno = unix.Syscall(unix.SYS_LANDLOCK_RESTRICT_SELF, fd, 0, 0); errno != 0 {
		return os.NewSyscallError("landlock_restrict_self", errno)
	}
	return nil
}

// hasNoScopes knows the errors of an older kernel, of one without Landlock, and of a seccomp filter.
func hasNoScopes(errno unix.Errno) bool {
	for _, known := range []error{unix.ENOSYS, unix.EOPNOTSUPP, unix.E2BIG, unix.EINVAL, unix.EPERM} {
		if errors.Is(errno, known) {
			return true
		}
	}
	return false
}
