package snapshots

import (
	"context"
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

// history drives a store and keeps a model of the committed folders, which must never change.
type history struct {
	t         *testing.T
	random    *rand.Rand
	store     *Store
	committed []string
	model     map[string]string
	active    map[string]string // key → parent's name
	next      int
}

func (h *history) ctx() context.Context { return context.Background() }

func (h *history) dirOf(key string) string {
	mounts, err := h.store.Mounts(h.ctx(), key)
	testtree.Must(h.t, err)
	return mounts[0].Source
}

// committedDir reads the folder through a view, as BuildKit does.
func (h *history) committedDir(name string) string {
	key := "view-" + name
	mounts, err := h.store.View(h.ctx(), key, name)
	testtree.Must(h.t, err)
	testtree.Must(h.t, h.store.Remove(h.ctx(), key))
	return mounts[0].Source
}

func (h *history) prepare() {
	parent := h.committed[len(h.committed)-1]
	if h.random.Intn(3) == 0 {
		parent = h.committed[h.random.Intn(len(h.committed))]
	}
	h.next++
	key := fmt.Sprint("active-", h.next)
	mounts, err := h.store.Prepare(h.ctx(), key, parent)
	testtree.Must(h.t, err)
	if testtree.Describe(h.t, mounts[0].Source) != h.model[parent] {
		h.t.Fatalf("%s does not begin as a copy of %s", key, parent)
	}
	h.active[key] = parent
	mutate(h.random, mounts[0].Source)
}

func (h *history) someActive() string {
	var keys []string
	for key := range h.active {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys[h.random.Intn(len(keys))]
}

// end ends an active folder in one of four ways.
func (h *history) end() {
	if len(h.active) == 0 {
		return
	}
	key := h.someActive()
	dir := h.dirOf(key)
	before := testtree.Describe(h.t, dir)
	way := h.random.Intn(5)
	if way == 0 { // A step that failed.
		testtree.Must(h.t, h.store.Remove(h.ctx(), key))
		delete(h.active, key)
		return
	}
	if way != 1 {
		testtree.Must(h.t, h.store.Settle(dir))
		if after := testtree.Describe(h.t, dir); after != before {
			h.t.Fatalf("%s has changed when it settled:\n%s\n\n%s", key, before, after)
		}
	}
	if way == 2 { // A leaf that is never committed.
		return
	}
	name := "committed-" + key
	testtree.Must(h.t, h.store.Commit(h.ctx(), name, key))
	h.committed = append(h.committed, name)
	h.model[name] = before
	delete(h.active, key)
}

// forget removes a committed folder without children.
func (h *history) forget() {
	index := h.random.Intn(len(h.committed))
	if index > 0 && h.store.Remove(h.ctx(), h.committed[index]) == nil {
		delete(h.model, h.committed[index])
		h.committed = slices.Delete(h.committed, index, index+1)
	}
}

// check compares all committed folders with the model, and searches for files that a writable or spare
// folder shares with them.
func (h *history) check() {
	h.t.Helper()
	shared := map[uint64]string{}
	for _, name := range h.committed {
		dir := h.committedDir(name)
		if testtree.Describe(h.t, dir) != h.model[name] {
			h.t.Fatalf("%s has changed", name)
		}
		for inode, path := range testtree.Inodes(h.t, dir) {
			shared[inode] = path
		}
	}
	for key := range h.active {
		if h.store.private[filepath.Base(h.dirOf(key))].settled {
			continue
		}
		for inode, path := range testtree.Inodes(h.t, h.dirOf(key)) {
			if other, ok := shared[inode]; ok {
				h.t.Fatalf("%s is the same file as %s", path, other)
			}
		}
	}
	for _, spare := range h.store.spares {
		for rel := range spare.files {
			stat, err := lstat(filepath.Join(spare.dir, rel))
			if other, ok := shared[stat.Ino]; err != nil || ok {
				h.t.Fatalf("%s of a spare folder is the same file as %s (%v)", rel, other, err)
			}
		}
	}
}

func TestCommittedFoldersNeverChangeInRandomHistories(t *testing.T) {
	testtree.RequireRoot(t)
	seeds := 30
	if testing.Short() {
		seeds = 5
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			store, err := New(t.TempDir())
			testtree.Must(t, err)
			defer store.Close()
			h := &history{t: t, random: rand.New(rand.NewSource(int64(seed))), store: store, model: map[string]string{}, active: map[string]string{}}
			mounts, err := store.Prepare(h.ctx(), "base", "")
			testtree.Must(t, err)
			testtree.Odd(t, mounts[0].Source)
			h.model["committed"] = testtree.Describe(t, mounts[0].Source)
			testtree.Must(t, store.Commit(h.ctx(), "committed", "base"))
			h.committed = []string{"committed"}
			for range 20 {
				switch h.random.Intn(8) {
				case 0, 1, 2:
					h.prepare()
				case 3:
					h.forget()
				default:
					h.end()
				}
				h.check()
			}
		})
	}
}

// mutate changes a folder as a hostile package script might, above all by writes that keep size and mtime.
func mutate(random *rand.Rand, dir string) {
	for range 14 {
		path := fmt.Sprintf("%s/d%d/f%d", dir, random.Intn(5), random.Intn(50))
		other := fmt.Sprintf("%s/d%d/l%d", dir, random.Intn(6), random.Intn(20))
		switch random.Intn(13) {
		case 0:
			writeInPlace(path, byte(random.Intn(250)))
		case 1:
			os.Chmod(path, os.FileMode(0o600+random.Intn(64)))
		case 2:
			os.Lchown(path, random.Intn(9), random.Intn(9))
		case 3:
			unix.Lsetxattr(path, "user.y", []byte{byte(random.Intn(200))}, 0)
		case 4:
			os.WriteFile(path+".new", []byte(fmt.Sprint(random.Int())), 0o644)
			os.Rename(path+".new", path)
		case 5:
			os.Remove(path)
		case 6:
			os.Link(path, other)
		case 7:
			os.Rename(fmt.Sprintf("%s/d%d", dir, random.Intn(5)), fmt.Sprintf("%s/d%d", dir, 5+random.Intn(3)))
		case 8:
			appendTo(path, "more")
		case 9:
			os.Remove(path)
			os.Symlink("/etc/passwd", path)
		case 10:
			writeMapped(path)
		case 11:
			os.Rename(path, other)
		case 12:
			os.RemoveAll(path)
			os.MkdirAll(path+"/folder", 0o700)
		}
	}
	if random.Intn(3) == 0 {
		appendTo(dir+"/usr/bin/a", "z") // Through one of two names.
	}
	if random.Intn(4) == 0 {
		os.Remove(dir + "/usr/bin/b")
		os.WriteFile(dir+"/usr/bin/b", []byte("its own"), 0o600)
	}
}

func writeInPlace(path string, value byte) {
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return
	}
	defer file.Close()
	info, _ := file.Stat()
	file.WriteAt([]byte{value}, 0)
	os.Chtimes(path, info.ModTime(), info.ModTime())
}

func appendTo(path, text string) {
	if file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0); err == nil {
		file.WriteString(text)
		file.Close()
	}
}

func writeMapped(path string) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || info.Size() == 0 {
		return
	}
	if mapped, err := unix.Mmap(int(file.Fd()), 0, 1, unix.PROT_WRITE, unix.MAP_SHARED); err == nil {
		mapped[0]++
		unix.Munmap(mapped)
	}
}
