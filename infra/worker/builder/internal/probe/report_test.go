package probe

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

// TestMain lets the test's own binary act as the child that some trials start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		switch os.Args[1] {
		case TrialCommand:
			if action := os.Getenv(filterVariable); action != "" && os.Args[2] == "chroot" {
				filterChroot(action)
			}
			os.Exit(Trial(os.Args[2:]))
		case NamespaceCommand:
			os.Exit(Namespace(os.Args[2:]))
		}
	}
	os.Exit(m.Run())
}

// needsWithout returns all needs, of which only the named ones are not met.
func needsWithout(unmet ...string) []Need {
	var needs []Need
	for _, one := range trials("") {
		var err error
		if slices.Contains(unmet, one.name) {
			err = os.NewSyscallError("call-of-"+one.name, unix.EPERM)
		}
		needs = append(needs, result(one.name, err))
	}
	return needs
}

func TestTheBuilderFollowsFromTheNeeds(t *testing.T) {
	for _, test := range []struct {
		unmet    []string
		builder  string
		devices  string
		refusals []string
	}{
		{nil, "upstream", "", nil},
		{[]string{"chroot", "mknod", "linkedDeviceNodes"}, "upstream", "", nil},
		{[]string{"mount"}, "mount-free", "mknod", nil},
		{[]string{"namespaces"}, "mount-free", "mknod", nil},
		{[]string{"cgroup"}, "mount-free", "mknod", nil},
		{[]string{"upstream"}, "mount-free", "mknod", nil},
		{[]string{"mount", "mknod"}, "mount-free", "links", nil},
		{[]string{"mount", "linkedDeviceNodes"}, "mount-free", "mknod", nil},
		{[]string{"mount", "dropCapability"}, "mount-free", "mknod", nil},
		{[]string{"mount", "mknod", "linkedDeviceNodes"}, "none", "", []string{"mknod", "linkedDeviceNodes"}},
		{[]string{"mount", "chroot"}, "none", "", []string{"chroot"}},
		{[]string{"mount", "hardLink", "mknod"}, "none", "", []string{"hardLink"}},
		{[]string{"mount", "renameExchange"}, "none", "", []string{"renameExchange"}},
		{[]string{"mount", "fileCapability"}, "none", "", []string{"fileCapability"}},
		{[]string{"mount", "subreaper"}, "none", "", []string{"subreaper"}},
	} {
		report := choose(needsWithout(test.unmet...))

		var refused []string
		for _, need := range report.Refusals {
			refused = append(refused, need.Name)
			if need.Call != "call-of-"+need.Name || need.Errno != "EPERM" || need.Lasting == nil || !*need.Lasting {
				t.Errorf("%v: %+v", test.unmet, need)
			}
		}
		if report.Builder != test.builder || report.DeviceNodes != test.devices || !slices.Equal(refused, test.refusals) {
			t.Errorf("without %v: %+v", test.unmet, report)
		}
	}
}

func TestAnErrorThatMayPassIsNotLasting(t *testing.T) {
	for errno, lasting := range map[unix.Errno]bool{
		unix.EPERM: true, unix.ENOSYS: true, unix.EXDEV: true, unix.EROFS: true, unix.ENOSPC: false, unix.EIO: false, unix.ENOMEM: false,
	} {
		need := result("hardLink", &os.LinkError{Op: "link", Err: errno})
		if need.Call != "link" || need.Errno != unix.ErrnoName(errno) || *need.Lasting != lasting {
			t.Errorf("%v: %+v", errno, need)
		}
	}
}

func TestACgroupIsTriedInAHierarchyOfVersion1OrAtTheTop(t *testing.T) {
	for _, test := range []struct {
		hierarchies []string
		tried       string
	}{{[]string{"cpu", "memory"}, "memory"}, {[]string{"cpu"}, "cpu"}, {nil, "."}} {
		mounted := t.TempDir()
		for _, name := range test.hierarchies {
			testtree.Must(t, os.Mkdir(filepath.Join(mounted, name), 0o700))
		}
		for _, name := range append(test.hierarchies, ".") {
			testtree.Must(t, os.Chtimes(filepath.Join(mounted, name), time.Unix(1, 0), time.Unix(1, 0)))
		}

		testtree.Must(t, tryCgroup(mounted))

		for _, name := range append(test.hierarchies, ".") {
			info, err := os.Stat(filepath.Join(mounted, name))
			testtree.Must(t, err)
			if touched := info.ModTime() != time.Unix(1, 0); touched != (name == test.tried) {
				t.Errorf("%v: %s was tried: %v", test.hierarchies, name, touched)
			}
		}
		if left, err := filepath.Glob(filepath.Join(mounted, test.tried, "patchwright-*")); err != nil || len(left) > 0 {
			t.Error(err, left)
		}
	}
}

func TestACgroupThatCannotBeMadeIsReportedWithTheCall(t *testing.T) {
	need := result("cgroup", tryCgroup(filepath.Join(t.TempDir(), "missing")))

	if need.OK || need.Call != "stat" || need.Errno != "ENOENT" || !*need.Lasting {
		t.Errorf("%+v", need)
	}
}

func TestTheReportIsOneJSONDocumentAndTheFolderIsLeftEmpty(t *testing.T) {
	testtree.RequireRoot(t)
	root := t.TempDir() + "/missing"
	var output bytes.Buffer

	testtree.Must(t, Print(&output, root, "/nowhere"))

	var report Report
	testtree.Must(t, json.Unmarshal(output.Bytes(), &report))
	if len(report.Needs) != len(trials("")) || report.Version != 1 {
		t.Errorf("%+v", report)
	}
	if entries, err := os.ReadDir(root); err != nil || len(entries) > 0 {
		t.Error(err, entries)
	}
	for _, need := range report.Needs {
		if need.Name == "linkedDeviceNodes" && (need.OK || need.Call != "stat" || need.Errno != "ENOENT") {
			t.Errorf("%+v", need)
		}
	}
}

func TestAnErrorWithoutANameIsReportedByItsNumber(t *testing.T) {
	need := result("hardLink", &os.LinkError{Op: "link", Err: unix.Errno(4000)})

	if need.Errno != "E4000" || *need.Lasting {
		t.Errorf("%+v", need)
	}
}

func TestACapabilityThatCannotBeDroppedIsReported(t *testing.T) {
	testtree.RequireRoot(t)
	var without error

	with := tryDropCapability("")
	testtree.Must(t, testtree.WithoutCapability(unix.CAP_SETPCAP, func() { without = dropCapability() }))

	testtree.Must(t, with)
	if need := result("dropCapability", without); need.Call != "prctl" || need.Errno != "EPERM" {
		t.Errorf("%+v", need)
	}
}
