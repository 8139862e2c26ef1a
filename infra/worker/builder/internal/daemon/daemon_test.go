package daemon

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/moby/buildkit/client"
	"github.com/moby/buildkit/client/llb"
	"github.com/tonistiigi/fsutil"

	"patchwright/worker/builder/internal/step"
	"patchwright/worker/builder/internal/testtree"
)

// TestMain lets the test's own binary act as the supervisor of steps, and as the only program of the roots.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "step" {
		os.Exit(step.Supervise())
	}
	if filepath.Base(os.Args[0]) == "append" {
		if os.Args[1] == "forever" {
			os.WriteFile("/running", nil, 0o644)
			select {}
		}
		file, err := os.OpenFile(os.Args[1], os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
		if err != nil {
			os.Exit(3)
		}
		file.WriteString(os.Args[2])
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func TestTheEndOfTheDaemonEndsTheStepThatRuns(t *testing.T) {
	var failed error
	done := make(chan struct{})
	s := start(t)      // Its clean-up fails if Serve ends with an error.
	t.Cleanup(func() { // Runs before: clean-ups run in reverse order.
		s.stop()
		<-done
		if failed == nil {
			t.Error("the step was not ended")
		}
	})
	go func() {
		defer close(done)
		_, failed = s.solve(t, func(base llb.State) llb.State {
			return base.Run(llb.Args([]string{"append", "forever"})).Root()
		})
	}()

	for range 6000 {
		if running, _ := filepath.Glob(s.root + "/snapshots/folders/*/running"); len(running) > 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the step did not begin")
}

// server is a builder in this process, with a folder that contains the only program of the roots.
type server struct {
	*client.Client
	root, tools string
	stop        func()
}

func start(t *testing.T) server {
	t.Helper()
	testtree.RequireRoot(t)
	dir, err := os.MkdirTemp("", "daemon-") // A socket's path is short.
	testtree.Must(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	root, address := filepath.Join(dir, "root"), "unix://"+dir+"/s.sock"
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- Serve(ctx, Options{Root: root, Address: address, Uncontrolled: func(err error) { t.Error(err) }})
	}()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	for range 1000 {
		if _, err := os.Stat(dir + "/s.sock"); err == nil {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	connected, err := client.New(context.Background(), address)
	testtree.Must(t, err)
	t.Cleanup(func() { connected.Close() })
	binary, err := os.ReadFile("/proc/self/exe")
	testtree.Must(t, err)
	tools := t.TempDir()
	testtree.Must(t, os.WriteFile(tools+"/append", binary, 0o755))
	return server{connected, root, tools, stop}
}

// solve builds a state whose root has /bin/append, and writes the result to a folder.
func (s server) solve(t *testing.T, state func(base llb.State) llb.State) (string, error) {
	t.Helper()
	output := t.TempDir()
	tools, err := fsutil.NewFS(s.tools)
	testtree.Must(t, err)
	base := llb.Scratch().File(llb.Mkdir("/bin", 0o755).Copy(llb.Local("tools"), "append", "/bin/append"))
	definition, err := state(base).Marshal(context.Background())
	testtree.Must(t, err)
	_, err = s.Solve(context.Background(), definition, client.SolveOpt{
		LocalMounts: map[string]fsutil.FS{"tools": tools},
		Exports:     []client.ExportEntry{{Type: client.ExporterLocal, OutputDir: output}},
	}, nil)
	return output, err
}

func TestStepsMergesAndDiffsWorkAndCommittedFoldersStayAsTheyAre(t *testing.T) {
	s := start(t)
	sees := func(path, want, dir string) {
		t.Helper()
		if content, err := os.ReadFile(dir + path); err != nil || string(content) != want {
			t.Errorf("%s is %q (%v), not %q", path, content, err, want)
		}
	}
	run := func(state llb.State, path, text string) llb.State {
		return state.Run(llb.Args([]string{"append", path, text})).Root()
	}
	first, err := s.solve(t, func(base llb.State) llb.State { return run(base, "/log", "one ") })
	testtree.Must(t, err)
	sees("/log", "one ", first)
	before := describeFolders(t, s.root)

	merged, err := s.solve(t, func(base llb.State) llb.State {
		one := run(base, "/log", "one ")
		two := run(one, "/log", "two ")
		other := run(one, "/other", "o")
		return llb.Merge([]llb.State{base, llb.Diff(one, two), llb.Diff(one, other)})
	})
	testtree.Must(t, err)
	mounted, err := s.solve(t, func(base llb.State) llb.State {
		step := base.Run(llb.Args([]string{"append", "/mnt/log", "mounted"}))
		return step.AddMount("/mnt", run(base, "/log", "one "))
	})
	testtree.Must(t, err)

	sees("/log", "one two ", merged)
	sees("/other", "o", merged)
	sees("/log", "one mounted", mounted)
	for folder, was := range before {
		if now := describeFolders(t, s.root)[folder]; now != was {
			t.Errorf("folder %s has changed from\n%s\nto\n%s", folder, was, now)
		}
	}
}

// describeFolders describes the contents of each folder of the store. No step writes to them any more.
func describeFolders(t *testing.T, root string) map[string]string {
	dir := filepath.Join(root, "snapshots", "folders")
	entries, err := os.ReadDir(dir)
	testtree.Must(t, err)
	folders := map[string]string{}
	for _, entry := range entries {
		folders[entry.Name()] = testtree.Describe(t, filepath.Join(dir, entry.Name()))
	}
	return folders
}

func TestAFileOperationGetsTheModeThatItAsksFor(t *testing.T) {
	s := start(t)

	output, err := s.solve(t, func(base llb.State) llb.State { return base.File(llb.Mkdir("/open", 0o777)) })

	testtree.Must(t, err)
	if info, err := os.Stat(output + "/open"); err != nil || info.Mode().Perm() != 0o777 {
		t.Error(err, info.Mode())
	}
}

func TestMountsThatNeedMountAreRefusedBeforeTheyAreMade(t *testing.T) {
	s := start(t)
	for name, option := range map[string]llb.RunOption{
		"SECRET": llb.AddSecret("/secret"),
		"SSH":    llb.AddSSHSocket(llb.SSHSocketTarget("/ssh")),
		"TMPFS":  llb.AddMount("/tmpfs", llb.Scratch(), llb.Tmpfs()),
		"CACHE":  llb.AddMount("/cache", llb.Scratch(), llb.AsPersistentCacheDir("cache", llb.CacheMountShared)),
	} {
		_, err := s.solve(t, func(base llb.State) llb.State {
			return base.Run(llb.Args([]string{"append", "/x", "x"}), option).Root()
		})
		if err == nil || !strings.Contains(err.Error(), "patchwright-builder: unsupported-step: a step asks for a "+name+" mount") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOnlyAnEmptyRootAndAUnixSocketAreAccepted(t *testing.T) {
	dir := t.TempDir()
	testtree.Write(t, dir+"/full/file", "")
	for _, options := range []Options{
		{Root: dir + "/full", Address: "unix://" + dir + "/s.sock"},
		{Root: dir + "/empty", Address: "tcp://127.0.0.1:1234"},
		{Root: dir + "/empty", Address: "unix://@abstract"},
	} {
		if err := Serve(context.Background(), options); err == nil {
			t.Errorf("%+v is accepted", options)
		}
	}
}
