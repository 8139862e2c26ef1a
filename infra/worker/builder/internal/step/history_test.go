package step

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/moby/buildkit/executor"
	gateway "github.com/moby/buildkit/frontend/gateway/pb"

	"patchwright/worker/builder/internal/testtree"
)

// work is the folder of each snapshot that the steps of a history change.
const work = "/w"

// files is the model of a work folder: contents by name. Two names of one file have the same pointer.
type files map[string]*string

func (f files) clone() files {
	copies, copied := files{}, map[*string]*string{}
	for name, content := range f {
		if copied[content] == nil {
			text := *content
			copied[content] = &text
		}
		copies[name] = copied[content]
	}
	return copies
}

// area is a work folder as a step sees it, and as it is before and after the step.
type area struct {
	inside, outside string
	files           files
	readOnly        bool
}

// history runs random steps, predicts the files that each leaves, and knows all committed folders.
type history struct {
	*scene
	random    *rand.Rand
	committed []string
	folders   map[string]string
	described map[string]string
	model     map[string]files
	next      int
}

// describeWork describes the folder that steps write to. The rest, with its program of some MB, is compared
// at the end of the history.
func (h *history) describeWork(name string) string {
	return testtree.Describe(h.t, h.folders[name]+work)
}

func (h *history) commit(name, key, dir string, model files) {
	testtree.Must(h.t, h.store.Commit(context.Background(), name, key))
	h.committed = append(h.committed, name)
	h.folders[name], h.model[name] = dir, model
	h.described[name] = h.describeWork(name)
}

func (h *history) some() string { return h.committed[h.random.Intn(len(h.committed))] }

func (h *history) newKey() string {
	h.next++
	return fmt.Sprint("active-", h.next)
}

// mounts makes up to three mounts: writable or not, with or without a selector, perhaps inside another, and
// perhaps of the same snapshot.
func (h *history) mounts() (mounts []executor.Mount, areas []area, keys []string) {
	parent := h.some()
	for index := range h.random.Intn(4) {
		dest := fmt.Sprint("/m", index)
		if index > 0 && h.random.Intn(2) == 0 {
			dest = mounts[index-1].Dest + "/nested"
		}
		if h.random.Intn(2) == 0 {
			parent = h.some()
		}
		dir, key := h.folders[parent], ""
		readOnly := h.random.Intn(2) == 0
		if !readOnly {
			key = h.newKey()
			dir = h.prepare(key, parent)
		}
		one := executor.Mount{Src: folder(dir), Dest: dest, Readonly: readOnly}
		inside := dest + work
		if h.random.Intn(2) == 0 {
			one.Selector, inside = strings.TrimPrefix(work, "/"), dest
		}
		mounts, keys = append(mounts, one), append(keys, key)
		areas = append(areas, area{inside, dir + work, h.model[parent].clone(), readOnly})
	}
	return mounts, areas, keys
}

// order makes one order for the tool, and changes the model in the same way.
func (h *history) order(in area) string {
	names := slices.Sorted(maps.Keys(in.files))
	plain := slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, "link") })
	name := fmt.Sprintf("f%d\n é", h.random.Intn(6))
	at := func(name string) string { return in.inside + "/" + name }
	if len(plain) == 0 || h.random.Intn(3) == 0 {
		text := fmt.Sprint("text ", h.random.Int())
		if in.files[name] == nil {
			in.files[name] = new(string)
		}
		*in.files[name] = text
		return "write:" + at(name) + ":" + text
	}
	old := plain[h.random.Intn(len(plain))]
	switch h.random.Intn(5) {
	case 0:
		*in.files[old] += "more"
		return "append:" + at(old) + ":more"
	case 1:
		delete(in.files, old)
		return "remove:" + at(old)
	case 2:
		link := fmt.Sprint("link", h.next, h.random.Int())
		target := h.outside + "/precious"
		in.files[link] = &target
		return "link:" + at(link) + ":" + target
	case 3:
		if in.readOnly || in.files[name] != nil {
			break // A file of a read-only mount may not get another name.
		}
		in.files[name] = in.files[old]
		return "hardlink:" + at(old) + ":" + at(name)
	case 4:
		if in.readOnly || in.files[name] == in.files[old] {
			break // Two names of one file both stay.
		}
		in.files[name] = in.files[old]
		delete(in.files, old)
		return "move:" + at(old) + ":" + at(name)
	}
	return "list:" + in.inside
}

// step runs one random step and checks everything that it may and may not have changed.
func (h *history) step() {
	parent, key := h.some(), h.newKey()
	dir := h.prepare(key, parent)
	before := besideWork(testtree.Describe(h.t, dir))
	mounts, areas, keys := h.mounts()
	root := area{work, dir + work, h.model[parent].clone(), false}
	all := append(areas, root)
	var orders, processes []string
	for range 1 + h.random.Intn(12) {
		orders = append(orders, h.order(all[h.random.Intn(len(all))]))
	}
	if h.random.Intn(3) == 0 {
		orders, processes = append(orders, "daemon:/w/daemon"), append(processes, "daemon")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	end := h.random.Intn(4)
	switch end {
	case 0:
		orders = append(orders, "fail", "remove:/")
	case 1:
		orders, processes = append(orders, "spin:/w/spins"), append(processes, "spins")
		testtree.Must(h.t, os.RemoveAll(dir+"/w/spins"))
		go func() {
			waitFor(func() bool { _, err := os.Stat(dir + "/w/spins"); return err == nil })
			cancel()
		}()
	}

	output, err := h.runWith(ctx, dir, mounts, executor.Meta{Args: append([]string{"tool"}, orders...), Cwd: "/"})

	var exit *gateway.ExitError
	if expected := [...]bool{errors.As(err, &exit), errors.Is(err, context.Canceled), err == nil, err == nil}[end]; !expected {
		h.t.Fatalf("%q: %v\n%s", orders, err, output)
	}
	for _, name := range processes {
		expectEnded(h.t, dir+"/w/"+name)
		pid, _ := os.ReadFile(dir + "/w/" + name)
		text := string(pid)
		root.files[name] = &text
	}
	if after := besideWork(testtree.Describe(h.t, dir)); after != before {
		h.t.Fatalf("%q\nbefore:\n%s\nafter:\n%s", orders, before, after)
	}
	for index, one := range all {
		if !one.readOnly {
			h.compare(orders, one)
		}
		if index < len(keys) && keys[index] != "" && err == nil {
			h.commit("mounted-"+keys[index], keys[index], filepath.Dir(one.outside), one.files)
		}
	}
	if err == nil {
		h.commit("root-"+key, key, dir, root.files)
	} else if h.random.Intn(2) == 0 {
		testtree.Must(h.t, h.store.Remove(context.Background(), key))
	}
	for _, name := range h.committed {
		if h.describeWork(name) != h.described[name] {
			h.t.Fatalf("%q: %s has changed", orders, name)
		}
	}
}

func (h *history) compare(orders []string, in area) {
	entries, err := os.ReadDir(in.outside)
	testtree.Must(h.t, err)
	found := map[string]string{}
	for _, entry := range entries {
		path := filepath.Join(in.outside, entry.Name())
		if target, err := os.Readlink(path); err == nil {
			found[entry.Name()] = target
		} else {
			content, err := os.ReadFile(path)
			testtree.Must(h.t, err)
			found[entry.Name()] = string(content)
		}
	}
	expected := map[string]string{}
	for name, content := range in.files {
		expected[name] = *content
	}
	if !maps.Equal(found, expected) {
		h.t.Fatalf("%q\nat %s: %q\nnot: %q", orders, in.inside, found, expected)
	}
}

// besideWork leaves out the lines of the work folder.
func besideWork(description string) string {
	lines := slices.DeleteFunc(strings.Split(description, "\n"), func(line string) bool {
		return strings.HasPrefix(line, `"w"`) || strings.HasPrefix(line, `"w/`)
	})
	return strings.Join(lines, "\n")
}

func TestRandomStepsLeaveWhatAModelPredictsAndNoCommittedFolderChanges(t *testing.T) {
	seeds := 16
	if testing.Short() {
		seeds = 4
	}
	shapes := []func(dir, outside string){
		func(string, string) {},
		func(dir, _ string) {
			for _, name := range []string{"/etc/resolv.conf", "/etc/hosts", "/dev/own", "/proc/own"} {
				testtree.Write(t, dir+name, "own")
			}
		},
		func(dir, outside string) {
			for name, target := range map[string]string{"/etc": outside, "/dev": "../../../outside", "/proc": "/nowhere"} {
				testtree.Must(t, os.Symlink(target, dir+name))
			}
		},
		func(dir, _ string) {
			testtree.Odd(t, dir+"/srv")
			testtree.Write(t, dir+"/dev", "a file")
		},
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			dir := ""
			s := newScene(t, func(base string) {
				dir = base
				testtree.Must(t, os.Mkdir(base+work, 0o755))
				shapes[seed%len(shapes)](base, filepath.Join(filepath.Dir(base), "outside"))
			})
			h := &history{
				scene: s, random: rand.New(rand.NewSource(int64(seed))), committed: []string{"base"},
				folders: map[string]string{"base": dir}, described: map[string]string{}, model: map[string]files{"base": {}},
			}
			h.described["base"] = h.describeWork("base")
			before := besideWork(testtree.Describe(t, dir))
			for range 10 {
				h.step()
			}
			for name, dir := range h.folders {
				if besideWork(testtree.Describe(t, dir)) != before {
					t.Errorf("%s has changed beside the work folder", name)
				}
			}
		})
	}
}
