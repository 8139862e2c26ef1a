package step

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/buildkit/executor"
	gateway "github.com/moby/buildkit/frontend/gateway/pb"
	"github.com/moby/buildkit/solver/pb"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/fault"
	"patchwright/worker/builder/internal/testtree"
)

func TestAStepThatDoesNothingLeavesItsRootAsItWas(t *testing.T) {
	roots := map[string]func(t *testing.T, s *scene, dir string){
		"everything missing": func(*testing.T, *scene, string) {},
		"ordinary": func(t *testing.T, _ *scene, dir string) {
			testtree.Write(t, dir+"/etc/resolv.conf", "nameserver 192.0.2.1\n")
			testtree.Write(t, dir+"/etc/hosts", "192.0.2.2 own\n")
			testtree.Write(t, dir+"/dev/own", "own")
			testtree.Write(t, dir+"/proc/own", "own")
			testtree.Write(t, dir+"/sys/own", "own")
		},
		"one of everything": func(t *testing.T, _ *scene, dir string) { testtree.Odd(t, dir+"/srv") },
		"links within": func(t *testing.T, _ *scene, dir string) {
			testtree.Write(t, dir+"/usr/etc/hosts", "own")
			testtree.Must(t, os.Symlink("usr/etc", dir+"/etc"))
			testtree.Must(t, os.Symlink("../run/resolv.conf", dir+"/usr/etc/resolv.conf"))
			testtree.Must(t, os.Symlink("/usr/dev", dir+"/dev"))
			testtree.Must(t, os.Symlink("/nowhere", dir+"/proc"))
		},
		"links to the outside": func(t *testing.T, s *scene, dir string) {
			testtree.Must(t, os.Symlink(s.outside, dir+"/etc"))
			testtree.Must(t, os.Symlink("../../../../outside", dir+"/dev"))
			testtree.Must(t, os.Symlink(s.outside, dir+"/proc"))
		},
		"a file in place of a folder": func(t *testing.T, _ *scene, dir string) {
			testtree.Write(t, dir+"/dev", "a file")
			testtree.Write(t, dir+"/proc", "a file")
			testtree.Write(t, dir+"/etc/hosts/folder", "a folder")
		},
	}
	for name, fill := range roots {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, nil)
			dir := s.prepare("step", "base")
			fill(t, s, dir)
			before := testtree.Describe(t, dir)

			output, err := s.run(dir, nil, "list:/dev", "read:/proc/self/mountinfo", "read:/etc/resolv.conf", "read:/etc/hosts")

			testtree.Must(t, err)
			for _, seen := range []string{"null Dc", "urandom Dc", " /proc rw,", "localhost"} {
				if !strings.Contains(output, seen) {
					t.Errorf("the step does not see %q:\n%s", seen, output)
				}
			}
			if after := testtree.Describe(t, dir); after != before {
				t.Errorf("before:\n%s\nafter:\n%s", before, after)
			}
		})
	}
}

func TestWhatAStepWritesBesideTheStandInsStays(t *testing.T) {
	s := newScene(t, func(dir string) { testtree.Write(t, dir+"/etc/resolv.conf", "own\n") })
	dir := s.prepare("step", "base")

	_, err := s.run(dir, nil, "write:/etc/new:new", "write:/dev/lost:x", "write:/proc/lost:x", "remove:/etc/resolv.conf",
		"write:/etc/resolv.conf:lost", "append:/etc/hosts:lost")

	testtree.Must(t, err)
	if content, _ := os.ReadFile(dir + "/etc/new"); string(content) != "new" {
		t.Error("a new file is lost")
	}
	if content, _ := os.ReadFile(dir + "/etc/resolv.conf"); string(content) != "own\n" {
		t.Errorf("resolv.conf is %q", content)
	}
	for _, gone := range []string{"/dev", "/proc", "/sys", "/etc/hosts"} {
		if _, err := os.Lstat(dir + gone); err == nil {
			t.Errorf("%s is left", gone)
		}
	}
}

func TestAStepThatFailsTellsItsExitCodeAndLeavesNothingBorrowed(t *testing.T) {
	s := newScene(t, nil)
	dir, mounted := s.prepare("step", "base"), s.prepare("mounted", "")
	before := testtree.Describe(t, dir)

	_, err := s.run(dir, []executor.Mount{{Src: folder(mounted), Dest: "/mnt"}}, "write:/mnt/half:done", "fail")

	var failure *gateway.ExitError
	if !errors.As(err, &failure) || failure.ExitCode != 3 {
		t.Fatal(err)
	}
	if after := testtree.Describe(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if _, err := os.Stat(mounted + "/half"); err != nil {
		t.Error(err)
	}
}

func TestMountsNestAndHaveSelectors(t *testing.T) {
	s := newScene(t, nil)
	dir, outer, inner := s.prepare("step", "base"), s.prepare("outer", ""), s.prepare("inner", "")
	testtree.Write(t, inner+"/deep/down/here", "x")
	old := []unix.Timespec{{Sec: 1e9}, {Sec: 1e9}}
	testtree.Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, inner+"/deep", old, 0))
	before := testtree.Describe(t, dir)

	_, err := s.run(dir, []executor.Mount{ // The inner one first: the order is not by depth.
		{Src: folder(inner), Dest: "/a/b/c/d", Selector: "deep/down"},
		{Src: folder(outer), Dest: "/a/b"},
	}, "write:/a/b/outer:1", "write:/a/b/c/d/inner:2")

	testtree.Must(t, err)
	for _, file := range []string{outer + "/outer", inner + "/deep/down/inner", inner + "/deep/down/here"} {
		if _, err := os.Stat(file); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(inner + "/deep"); err != nil || info.ModTime().Unix() != 1e9 {
		t.Error("the folder above the mounted one has other times: ", err)
	}
	if _, err := os.Stat(outer + "/c"); err == nil {
		t.Error("the folder that the inner mount needed is left in the outer one")
	}
	if after := testtree.Describe(t, dir); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
}

func TestReadOnlyMountsAreCopiesAndMayBeTheSameSnapshot(t *testing.T) {
	s := newScene(t, nil)
	committed := s.commit("tools", func(dir string) { testtree.Odd(t, dir) })
	before := testtree.Describe(t, committed)
	dir := s.prepare("step", "base")

	_, err := s.run(dir, []executor.Mount{
		{Src: folder(committed), Dest: "/one", Readonly: true},
		{Src: folder(committed), Dest: "/two", Readonly: true},
		{Src: folder(committed), Dest: "/file", Selector: "d1/f1", Readonly: true},
	}, "append:/one/usr/bin/a:changed", "remove:/two/d1", "append:/file:changed", "list:/two/d2")

	testtree.Must(t, err)
	if after := testtree.Describe(t, committed); after != before {
		t.Error("the committed folder has changed")
	}
	for _, gone := range []string{"/one", "/two", "/file"} {
		if _, err := os.Lstat(dir + gone); err == nil {
			t.Errorf("%s is left", gone)
		}
	}
}

func TestAStepThatLinksAFileOfAReadOnlyMountFails(t *testing.T) {
	s := newScene(t, nil)
	tools := s.commit("tools", func(dir string) {
		testtree.Write(t, dir+"/a", "a")
		testtree.Must(t, os.Link(dir+"/a", dir+"/b"))
	})
	mount := []executor.Mount{{Src: folder(tools), Dest: "/mnt", Readonly: true}}

	_, untouched := s.run(s.prepare("untouched", "base"), mount, "read:/mnt/b", "remove:/mnt/a")
	_, linked := s.run(s.prepare("linked", "base"), mount, "hardlink:/mnt/a:/kept")

	if untouched != nil || !errors.Is(linked, fault.StepNotUndone) {
		t.Error(untouched, linked)
	}
}

func TestASelectorDoesNotFollowALinkToTheOutside(t *testing.T) {
	s := newScene(t, nil)
	dir, mounted := s.prepare("step", "base"), s.prepare("mounted", "")
	testtree.Must(t, os.Symlink(s.outside, mounted+"/link"))

	_, err := s.run(dir, []executor.Mount{{Src: folder(mounted), Dest: "/mnt", Selector: "link"}}, "remove:/mnt/precious")

	if err == nil {
		t.Error("there is no such folder inside")
	}
}

func TestAStepThatPlantsLinksOrMovesFoldersReachesNothingOutside(t *testing.T) {
	for _, test := range []struct {
		name   string
		undone bool
		orders []string
	}{
		{"moves the folder above a mount and plants a link", true, []string{"move:/data:/moved", "link:/data:OUTSIDE"}},
		{"moves /etc and plants a link", true, []string{"move:/etc:/moved", "link:/etc:OUTSIDE"}},
		{"replaces /dev by a link", true, []string{"remove:/dev", "link:/dev:OUTSIDE"}},
		{"replaces a mount by a link", false, []string{"move:/data/mnt:/moved", "link:/data/mnt:OUTSIDE"}},
		{"moves a mount away", false, []string{"move:/data/mnt:/moved"}},
		{"moves /proc away", false, []string{"move:/proc:/moved"}},
		{"moves resolv.conf away", false, []string{"move:/etc/resolv.conf:/moved"}},
		{"gives resolv.conf a second name", false, []string{"hardlink:/etc/resolv.conf:/x"}},
		{"gives a device node a second name and removes the first", false, []string{"hardlink:/dev/null:/x", "remove:/dev/null"}},
		{"moves a file of /proc away", false, []string{"move:/proc/self/status:/x"}},
		{"gives a file of its own in /dev a second name", true, []string{"write:/dev/own:x", "hardlink:/dev/own:/x"}},
		{"removes a second name of resolv.conf", true, []string{"hardlink:/etc/resolv.conf:/x", "remove:/x"}},
		{"removes the folder that has something to go back to", false, []string{"remove:/etc"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := newScene(t, func(dir string) { testtree.Write(t, dir+"/etc/hosts", "own") })
			dir, mounted := s.prepare("step", "base"), s.prepare("mounted", "")
			var orders []string
			for _, order := range test.orders {
				orders = append(orders, strings.ReplaceAll(order, "OUTSIDE", s.outside))
			}

			output, err := s.run(dir, []executor.Mount{{Src: folder(mounted), Dest: "/data/mnt"}}, orders...)

			if test.undone != (err == nil) {
				t.Fatal(err, output)
			}
			if err != nil && !strings.Contains(err.Error(), "patchwright-builder: step-not-undone: ") {
				t.Error(err)
			}
		})
	}
}

func TestWhatAStepLeavesRunningIsEnded(t *testing.T) {
	s := newScene(t, nil)
	dir := s.prepare("step", "base")

	_, err := s.run(dir, nil, "daemon:/pid", "daemon:/pid2")

	testtree.Must(t, err)
	expectEnded(t, dir+"/pid", dir+"/pid2")
}

func TestACancelledStepLeavesNoProcessAndNothingBorrowed(t *testing.T) {
	s := newScene(t, nil)
	dir, mounted := s.prepare("step", "base"), s.prepare("mounted", "")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		// The mounted folder is in its place while the step runs.
		waitFor(func() bool { _, err := os.Stat(dir + "/mnt/pid"); return err == nil })
		cancel()
	}()

	_, err := s.runWith(ctx, dir, []executor.Mount{{Src: folder(mounted), Dest: "/mnt"}},
		executor.Meta{Args: []string{"tool", "daemon:/other", "spin:/mnt/pid"}, Cwd: "/"})

	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	expectEnded(t, mounted+"/pid", dir+"/other")
	if _, err := os.Lstat(dir + "/mnt"); err == nil {
		t.Error("the mounted folder is still in the root")
	}
}

func expectEnded(t *testing.T, files ...string) {
	t.Helper()
	for _, file := range files {
		content, err := os.ReadFile(file)
		testtree.Must(t, err)
		pid, err := strconv.Atoi(string(content))
		testtree.Must(t, err)
		if err := unix.Kill(pid, 0); err != unix.ESRCH {
			t.Errorf("process %d is still there: %v", pid, err)
		}
	}
}

func TestAStepCannotLeaveItsRootUnlessItWorksOnAnother(t *testing.T) {
	s := newScene(t, nil)

	output, err := s.run(s.prepare("step", "base"), nil, "mkdir:/x", "chroot:/x")

	if err == nil || !strings.Contains(output, "operation not permitted") {
		t.Error(err, output)
	}
	mounted := s.prepare("mounted", "")
	_, err = s.run(s.prepare("with an empty mount", "base"), []executor.Mount{{Src: folder(mounted), Dest: "/mnt"}}, "chroot:/mnt")
	if err == nil {
		t.Error("a step with an empty folder for its results may leave its root")
	}
	root := s.prepare("another root", "")
	testtree.Write(t, root+"/etc/os-release", "x")
	_, err = s.run(s.prepare("with a root", "base"), []executor.Mount{{Src: folder(root), Dest: "/mnt"}}, "chroot:/mnt")
	testtree.Must(t, err)
}

func TestAStepRunsAsTheUserOfTheImageWithAHome(t *testing.T) {
	s := newScene(t, func(dir string) {
		testtree.Write(t, dir+"/etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1234:99::/srv/app:/bin/sh\n")
	})

	output, err := s.runWith(context.Background(), s.prepare("step", "base"), nil,
		executor.Meta{Args: []string{"tool", "id", "env:HOME"}, Cwd: "/work/folder", User: "app"})

	testtree.Must(t, err)
	if output != "1234 99\nHOME=/srv/app\n" {
		t.Error(output)
	}
}

func TestAFailureIsNamedByWhatItsOutputSays(t *testing.T) {
	for said, code := range map[string]string{
		"the java command requires a mounted proc fs (/proc).":   "needs-proc",
		"/dev/fd/63 is missing":                                  "needs-proc",
		"cannot open '/proc/self/exe'":                           "needs-proc",
		"write error - No space left on device":                  "image-too-large",
		"E: You don't have enough free space in /var/cache/apt/": "image-too-large",
		"At least 120MB more space needed on the / filesystem.":  "image-too-large",
		"something else":                        "",
		"see /usr/share/doc/procps and /procps": "",
		"/srv/proc is missing":                  "",
		"/proc/ is not mounted, but required for successful operation of systemd-tmpfiles.": "",
	} {
		seen := &watcher{}
		to := seen.watch(nil)
		for _, part := range strings.SplitAfter("one line\n"+said, "r") { // A text may be cut anywhere.
			to.Write([]byte(part))
		}

		err := stepError(context.Background(), outcome{ExitCode: 1}, nil, seen)
		crash := stepError(context.Background(), outcome{ExitCode: 139}, nil, seen)

		if (code == "") == strings.Contains(err.Error(), "patchwright-builder: ") || !strings.Contains(err.Error(), code) {
			t.Errorf("%q: %v", said, err)
		}
		if strings.Contains(crash.Error(), "needs-proc") {
			t.Errorf("%q: a crash is named %v", said, crash)
		}
	}
}

func TestAMentionInAVeryLongLineIsSeen(t *testing.T) {
	seen := &watcher{}
	to := seen.watch(nil)

	for range 3 * longestLine {
		to.Write([]byte("x"))
	}
	to.Write([]byte(" No space left on "))
	to.Write([]byte("device\n"))

	if !seen.full || len(seen.writers[0].line) > longestLine {
		t.Error("not seen")
	}
}

func TestAProgramThatIsNotThereEndsWith127(t *testing.T) {
	s := newScene(t, nil)

	_, err := s.runWith(context.Background(), s.prepare("step", "base"), nil, executor.Meta{Args: []string{"nothing"}, Cwd: "/"})

	var failure *gateway.ExitError
	if !errors.As(err, &failure) || failure.ExitCode != 127 {
		t.Error(err)
	}
}

func TestMountsThatNeedMountAreRefusedByName(t *testing.T) {
	for kind, name := range map[pb.MountType]string{
		pb.MountType_CACHE: "CACHE", pb.MountType_TMPFS: "TMPFS", pb.MountType_SECRET: "SECRET", pb.MountType_SSH: "SSH",
	} {
		err := RefuseMounts(&pb.ExecOp{Mounts: []*pb.Mount{{Dest: "/"}, {Dest: "/x", MountType: kind}}})
		if err == nil || !strings.Contains(err.Error(), "unsupported-step: a step asks for a "+name+" mount at /x") {
			t.Error(err)
		}
	}
	if err := RefuseMounts(&pb.ExecOp{Mounts: []*pb.Mount{{Dest: "/"}}}); err != nil {
		t.Error(err)
	}
}

func TestWhatAStepCannotHaveIsRefusedByName(t *testing.T) {
	s := newScene(t, nil)
	for name, change := range map[string]func(*executor.Meta){
		"a read-only root": func(m *executor.Meta) { m.ReadonlyRootFS = true },
		"a terminal":       func(m *executor.Meta) { m.Tty = true },
		"no network":       func(m *executor.Meta) { m.NetMode = pb.NetMode_NONE },
		"insecure mode":    func(m *executor.Meta) { m.SecurityMode = pb.SecurityMode_INSECURE },
		"resource limits":  func(m *executor.Meta) { m.Ulimit = []*pb.Ulimit{{}} },
	} {
		meta := executor.Meta{Args: []string{"tool"}, Cwd: "/"}
		change(&meta)

		_, err := s.runWith(context.Background(), s.prepare(name, "base"), nil, meta)

		if err == nil || !strings.Contains(err.Error(), "unsupported-step: a step asks for "+name) {
			t.Error(err)
		}
	}
}

func TestACommittedFolderIsNeverARootOrAWritableMount(t *testing.T) {
	s := newScene(t, nil)
	committed := s.commit("tools", func(dir string) { testtree.Write(t, dir+"/file", "x") })
	dir := s.prepare("step", "base")

	_, asRoot := s.run(committed, nil, "say:x")
	_, asMount := s.run(dir, []executor.Mount{{Src: folder(committed), Dest: "/mnt"}}, "say:x")
	_, twice := s.run(dir, []executor.Mount{{Src: folder(dir), Dest: "/mnt"}}, "say:x")

	if asRoot == nil || asMount == nil || twice == nil {
		t.Error(asRoot, asMount, twice)
	}
}

func TestFoldersOfFailedStepsShareTheirUntouchedFiles(t *testing.T) {
	s := newScene(t, func(dir string) { testtree.Write(t, dir+"/etc/untouched", "x") })
	var base unix.Stat_t
	testtree.Must(t, unix.Lstat(s.committed+"/etc/untouched", &base))

	for _, key := range []string{"first round", "second round", "third round"} {
		dir := s.prepare(key, "base")
		if _, err := s.run(dir, nil, "write:/etc/new:x", "fail"); err == nil {
			t.Fatal("the step did not fail")
		}

		var left unix.Stat_t
		testtree.Must(t, unix.Lstat(dir+"/etc/untouched", &left))
		if left.Ino != base.Ino {
			t.Errorf("%s: a failed step keeps its own copy of an untouched file", key)
		}
		if s.store.CheckWritable(dir) == nil {
			t.Errorf("%s: the folder may still be written to", key)
		}
	}
}

func TestStepsRunOneAfterAnother(t *testing.T) {
	s := newScene(t, nil)
	socket := "@patchwright-test-" + strconv.Itoa(os.Getpid())
	var dirs []string
	for index := range 4 {
		dirs = append(dirs, s.prepare(strconv.Itoa(index), "base"))
	}
	failures := make(chan error, len(dirs))

	for _, dir := range dirs {
		go func() { // Two that run at once cannot both have the socket.
			_, err := s.executor.Run(context.Background(), "", executor.Mount{Src: folder(dir)}, nil,
				executor.ProcessInfo{Meta: executor.Meta{Args: []string{"tool", "hold:" + socket}, Cwd: "/"}}, nil)
			failures <- err
		}()
	}

	for range dirs {
		testtree.Must(t, <-failures)
	}
}

func TestAStepWithLinkedDeviceNodesUsesThemAndKeepsNone(t *testing.T) {
	s := newScene(t, nil)
	shipped := filepath.Join(filepath.Dir(s.executor.Dir), "shipped")
	testtree.Must(t, os.Mkdir(shipped, 0o755))
	testtree.Must(t, device.Maker{}.MakeAll(shipped))
	s.executor.Devices = device.Maker{Shipped: shipped}

	output, used := s.run(s.prepare("uses", "base"), nil, "append:/dev/null:x", "list:/dev")
	_, linked := s.run(s.prepare("links", "base"), nil, "hardlink:/dev/null:/x")

	if used != nil || !strings.Contains(output, "null Dc") {
		t.Error(used, output)
	}
	if linked == nil || !strings.Contains(linked.Error(), "step-not-undone: /dev/null: ") {
		t.Error(linked)
	}
}

func TestAStepHasFewerCapabilitiesThanTheDaemon(t *testing.T) {
	s := newScene(t, nil)
	orders := []string{"capable:" + strconv.Itoa(unix.CAP_SETPCAP), "capable:" + strconv.Itoa(unix.CAP_NET_RAW)}
	root := s.prepare("another root", "")
	testtree.Write(t, root+"/file", "x")

	plain, err := s.run(s.prepare("plain", "base"), nil, orders...)
	testtree.Must(t, err)
	mounted, err := s.run(s.prepare("mounted", "base"), []executor.Mount{{Src: folder(root), Dest: "/mnt"}}, orders...)
	testtree.Must(t, err)

	if plain != "false\nfalse\n" || mounted != plain {
		t.Error(plain, mounted)
	}
}

func TestAStepRunsEvenIfNoCapabilityCanBeDropped(t *testing.T) {
	s := newScene(t, nil)
	dir := s.prepare("step", "base")
	var output string
	var err error

	testtree.Must(t, testtree.WithoutCapability(unix.CAP_SETPCAP, func() {
		output, err = s.run(dir, nil, "capable:"+strconv.Itoa(unix.CAP_SYS_CHROOT), "write:/etc/new:x")
	}))

	testtree.Must(t, err)
	if output != "true\n" {
		t.Error(output)
	}
}

func TestADiskThatFillsUpDuringAStepIsNamedAndNothingStaysBorrowed(t *testing.T) {
	testtree.RequireRoot(t)
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=128m"); err != nil {
		t.Skip("a small file system can't be mounted: ", err)
	}
	t.Cleanup(func() { unix.Unmount(disk, unix.MNT_DETACH) })
	s := newSceneIn(t, disk, nil)
	dir, mounted := s.prepare("step", "base"), s.prepare("mounted", "")

	_, err := s.run(dir, []executor.Mount{{Src: folder(mounted), Dest: "/mnt"}}, "fill:/mnt/large")

	if !errors.Is(err, fault.ImageTooLarge) || errors.Is(err, fault.StepNotUndone) {
		t.Error(err)
	}
	if _, err := os.Stat(mounted + "/large"); err != nil {
		t.Error("the mounted folder is not back: ", err)
	}
	if _, err := os.Lstat(dir + "/mnt"); err == nil {
		t.Error("the mounted folder is still in the root")
	}
}
