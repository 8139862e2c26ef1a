package probe

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

// filterVariable holds the action of a seccomp filter on chroot(2), for the trials of the test's children.
const filterVariable = "PATCHWRIGHT_TEST_CHROOT_FILTER"

// filterChroot lets chroot(2) end as the action says.
func filterChroot(action string) {
	value, err := strconv.ParseUint(action, 10, 32)
	if err == nil {
		err = testtree.Filter(unix.SYS_CHROOT, uint32(value))
	}
	if err != nil {
		fmt.Println("seccomp:", err)
		os.Exit(1)
	}
}

func TestACallThatKillsItsProcessIsARefusalWithTheCallsName(t *testing.T) {
	testtree.RequireRoot(t)
	for name, action := range map[string]int64{
		"kills the process": unix.SECCOMP_RET_KILL_PROCESS, "sends SIGSYS": unix.SECCOMP_RET_TRAP,
	} {
		t.Setenv(filterVariable, fmt.Sprint(action))

		needs := tryAll(t.TempDir(), "/nowhere")

		if len(needs) != len(trials("")) {
			t.Fatalf("%s: %+v", name, needs)
		}
		for _, need := range needs {
			if need.Name == "chroot" && (need.OK || need.Call != "chroot" || need.Errno != "SIGSYS" || !*need.Lasting) {
				t.Errorf("%s: %+v", name, need)
			}
			if need.Name == "hardLink" && !need.OK {
				t.Errorf("%s: %+v", name, need)
			}
		}
		refused := choose(withoutMount(needs)).Refusals
		if !slices.ContainsFunc(refused, func(need Need) bool { return need.Name == "chroot" }) {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}

func withoutMount(needs []Need) []Need {
	return slices.DeleteFunc(slices.Clone(needs), func(need Need) bool { return need.Name == mountNeed })
}

func TestATrialThatDoesNotEndIsNotLasting(t *testing.T) {
	testtree.RequireRoot(t)
	// The filter ends only the thread, which the rest of the process waits for.
	t.Setenv(filterVariable, fmt.Sprint(unix.SECCOMP_RET_KILL_THREAD))
	usual := trialLimit
	trialLimit = 300 * time.Millisecond
	defer func() { trialLimit = usual }()
	chroot := trials("")[slices.IndexFunc(trials(""), func(one trial) bool { return one.name == "chroot" })]

	need := chroot.inChild(t.TempDir(), "/nowhere")

	if need.OK || need.Call != "chroot" || need.Errno != "ETIMEDOUT" || *need.Lasting {
		t.Errorf("%+v", need)
	}
}
