package step

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

func TestOnlyAProgramThatCannotBeExecutedIsAFailureOfTheImage(t *testing.T) {
	for errno, want := range map[unix.Errno]int{
		unix.ENOENT: 127, unix.EACCES: 126, unix.ENOEXEC: 126, unix.ENOTDIR: 126,
		unix.EAGAIN: 0, unix.ENOMEM: 0, unix.EPERM: 0,
	} {
		got := notStarted(&os.PathError{Op: "fork/exec", Path: "/bin/sh", Err: errno})

		if got.ExitCode != want || (got.Failed == "") != (want != 0) || (got.NotStarted == "") != (want == 0) {
			t.Errorf("%v: %+v", errno, got)
		}
	}
}
