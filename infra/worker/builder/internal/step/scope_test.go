package step

import (
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

// insideVariable tells a test that it runs as process 1 of its own pid namespace, in which it may end
// every process.
const insideVariable = "PATCHWRIGHT_TEST_INSIDE"

// inside runs the test again in new pid and mount namespaces, and returns true in the new process.
func inside(t *testing.T) bool {
	t.Helper()
	testtree.RequireRoot(t)
	if os.Getenv(insideVariable) != "" {
		if os.Getpid() != 1 {
			t.Fatal("this is not process 1")
		}
		testtree.Must(t, unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""))
		testtree.Must(t, unix.Mount("proc", "/proc", "proc", 0, ""))
		return true
	}
	again := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	again.Env = append(os.Environ(), insideVariable+"=1")
	again.SysProcAttr = &syscall.SysProcAttr{Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS}
	output, err := again.CombinedOutput()
	if err != nil || !strings.Contains(string(output), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, output)
	}
	return false
}

func requireScopes(t *testing.T) {
	t.Helper()
	version, _, errno := unix.Syscall(unix.SYS_LANDLOCK_CREATE_RULESET, 0, 0, unix.LANDLOCK_CREATE_RULESET_VERSION)
	if errno != 0 || version < 6 {
		t.Skipf("this kernel has no Landlock scopes: version %d, %v", version, errno)
	}
}

func TestAStepThatKillsEveryProcessReachesOnlyItsOwn(t *testing.T) {
	requireScopes(t)
	if !inside(t) {
		return
	}
	s := newScene(t, nil)
	bystander := exec.Command("/proc/self/exe")
	bystander.Args = []string{"tool", "spin:" + t.TempDir() + "/pid"}
	testtree.Must(t, bystander.Start())
	dir := s.prepare("step", "base")

	output, err := s.run(dir, nil, "daemon:/pid", "killall", "say:still here")

	if err != nil || !strings.Contains(output, "still here") || len(s.uncontrolled) > 0 {
		t.Error(output, err, s.uncontrolled)
	}
	expectEnded(t, dir+"/pid")
	if err := unix.Kill(bystander.Process.Pid, 0); err != nil {
		t.Error("a process outside the step ended: ", err)
	}
}

func TestAStepThatKillsEveryProcessIsReportedIfTheKernelHasNoScopes(t *testing.T) {
	if !inside(t) {
		return
	}
	testtree.Must(t, testtree.Filter(unix.SYS_LANDLOCK_CREATE_RULESET, unix.SECCOMP_RET_ERRNO|uint32(unix.ENOSYS)))
	for _, order := range []string{"killall", "killpid"} {
		s := newScene(t, nil)

		_, err := s.run(s.prepare("step", "base"), nil, order)

		if err == nil || len(s.uncontrolled) != 1 {
			t.Error(order, err, s.uncontrolled)
		}
	}
}

func TestAStepCannotReachAnAbstractSocketOfAnother(t *testing.T) {
	requireScopes(t)
	s := newScene(t, nil)
	name := "@patchwright-test-" + t.TempDir()
	listener, err := net.Listen("unix", name)
	testtree.Must(t, err)
	defer listener.Close()

	output, err := s.run(s.prepare("step", "base"), nil, "connect:"+name)

	if err == nil || !strings.Contains(output, "operation not permitted") {
		t.Error(output, err)
	}
}
