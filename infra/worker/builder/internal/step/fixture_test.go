package step

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/containerd/containerd/v2/core/mount"
	"github.com/moby/buildkit/executor"
	"github.com/moby/sys/user"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/snapshots"
	"patchwright/worker/builder/internal/testtree"
)

// scene is an executor with a store of folders, which has the committed folder "base".
type scene struct {
	t        *testing.T
	store    *snapshots.Store
	executor *Executor
	// outside is a folder outside the root of a step, which no step may reach.
	outside string
	// committed is the folder of "base".
	committed    string
	uncontrolled []error
}

func newScene(t *testing.T, fill func(dir string)) *scene {
	t.Helper()
	testtree.RequireRoot(t)
	return newSceneIn(t, t.TempDir(), fill)
}

func newSceneIn(t *testing.T, dir string, fill func(dir string)) *scene {
	t.Helper()
	s := &scene{t: t, outside: filepath.Join(dir, "outside")}
	var err error
	s.store, err = snapshots.New(filepath.Join(dir, "snapshots"))
	testtree.Must(t, err)
	t.Cleanup(func() { s.store.Close() })
	steps := filepath.Join(dir, "steps")
	testtree.Must(t, os.Mkdir(steps, 0o700))
	testtree.Write(t, s.outside+"/precious", "as it was")
	s.executor = &Executor{Dir: steps, Folders: s.store, Devices: device.Maker{}, Uncontrolled: func(err error) {
		s.uncontrolled = append(s.uncontrolled, err)
	}}
	s.committed = s.commit("base", func(dir string) {
		testtree.Must(t, os.MkdirAll(dir+"/bin", 0o755))
		self, err := os.ReadFile("/proc/self/exe")
		testtree.Must(t, err)
		testtree.Must(t, os.WriteFile(dir+"/bin/tool", self, 0o755))
		if fill != nil {
			fill(dir)
		}
	})
	return s
}

func (s *scene) commit(name string, fill func(dir string)) string {
	dir := s.prepare("making "+name, "")
	fill(dir)
	testtree.Must(s.t, s.store.Commit(context.Background(), name, "making "+name))
	return dir
}

func (s *scene) prepare(key, parent string) string {
	s.t.Helper()
	mounts, err := s.store.Prepare(context.Background(), key, parent)
	testtree.Must(s.t, err)
	return mounts[0].Source
}

// run runs the tool in a folder and returns its output.
func (s *scene) run(root string, mounts []executor.Mount, orders ...string) (string, error) {
	return s.runWith(context.Background(), root, mounts, executor.Meta{Args: append([]string{"tool"}, orders...), Cwd: "/"})
}

func (s *scene) runWith(ctx context.Context, root string, mounts []executor.Mount, meta executor.Meta) (string, error) {
	var output buffer
	_, err := s.executor.Run(ctx, "", executor.Mount{Src: folder(root)}, mounts, executor.ProcessInfo{Meta: meta, Stdout: &output, Stderr: &output}, nil)
	if left, _ := os.ReadDir(s.executor.Dir); len(left) > 0 && len(s.uncontrolled) == 0 {
		s.t.Errorf("the stash holds %v", left)
	}
	if precious, _ := os.ReadFile(s.outside + "/precious"); string(precious) != "as it was" {
		s.t.Error("a file outside was changed")
	}
	if entries, _ := os.ReadDir(s.outside); len(entries) != 1 {
		s.t.Errorf("something was put outside: %v", entries)
	}
	return output.String(), err
}

type buffer struct{ bytes.Buffer }

func (*buffer) Close() error { return nil }

// folder is a plain folder as BuildKit passes it to an executor.
type folder string

func (f folder) Mount(context.Context, bool) (executor.MountableRef, error) { return f.ref(), nil }
func (f folder) ref() executor.MountableRef                                 { return folderRef(f) }

type folderRef string

func (f folderRef) Mount() ([]mount.Mount, func() error, error) {
	return []mount.Mount{{Type: "bind", Source: string(f), Options: []string{"rbind", "rw"}}}, nil, nil
}
func (folderRef) IdentityMapping() *user.IdentityMapping { return nil }
