package snapshots

import (
	"context"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

var ctx = context.Background()

// oddStore has one committed folder, "base", with everything that is easily lost.
func oddStore(t *testing.T) (*Store, string) {
	t.Helper()
	testtree.RequireRoot(t)
	store, err := New(t.TempDir())
	testtree.Must(t, err)
	t.Cleanup(func() { store.Close() })
	dir := prepare(t, store, "odd", "")
	testtree.Odd(t, dir)
	testtree.Must(t, store.Commit(ctx, "base", "odd"))
	return store, dir
}

func prepare(t *testing.T, store *Store, key, parent string) string {
	t.Helper()
	mounts, err := store.Prepare(ctx, key, parent)
	testtree.Must(t, err)
	return mounts[0].Source
}

func TestACopyKeepsEverythingOfTheOriginal(t *testing.T) {
	store, base := oddStore(t)
	want := testtree.Describe(t, base)

	for _, key := range []string{"first", "second, from the spare folder of the first", "third"} {
		dir := prepare(t, store, key, "base")
		if got := testtree.Describe(t, dir); got != want {
			t.Fatalf("%s: got\n%s\nwant\n%s", key, got, want)
		}
		if stat, _ := lstat(dir + "/sparse"); stat.Blocks > 64 {
			t.Errorf("%s: the hole of a sparse file is filled: %d blocks", key, stat.Blocks)
		}
		testtree.Must(t, store.Settle(dir))
		if got := testtree.Describe(t, dir); got != want {
			t.Fatalf("%s, settled: got\n%s\nwant\n%s", key, got, want)
		}
	}
}

func TestASettledFolderSharesUntouchedFilesAndFreesTheirCopies(t *testing.T) {
	store, base := oddStore(t)
	dir := prepare(t, store, "step", "base")
	copied, _ := lstat(dir + "/d1/f1")
	appendTo(dir+"/d1/f6", "touched")

	testtree.Must(t, store.Settle(dir))

	original, _ := lstat(base + "/d1/f1")
	if now, _ := lstat(dir + "/d1/f1"); now.Ino != original.Ino {
		t.Error("an untouched file is not shared")
	}
	theirs, _ := lstat(base + "/d1/f6")
	if own, _ := lstat(dir + "/d1/f6"); own.Ino == theirs.Ino {
		t.Error("a touched file is shared")
	}
	next := prepare(t, store, "next", "base")
	if reused, _ := lstat(next + "/d1/f1"); reused.Ino != copied.Ino {
		t.Error("the free copy is not used again")
	}
}

func TestAFolderKeepsItsCopiesIfAFileHasTooManyNames(t *testing.T) {
	store, _ := oddStore(t)
	dir := prepare(t, store, "step", "base")
	before := testtree.Describe(t, dir)
	store.link = func(source, to string) error {
		if strings.HasSuffix(to, "/d1/f6") {
			return &os.LinkError{Op: "link", Old: source, New: to, Err: unix.EMLINK}
		}
		return os.Link(source, to)
	}

	testtree.Must(t, store.Settle(dir))

	if store.CheckWritable(dir) == nil || len(store.spares) != 0 {
		t.Error("the folder has not settled, or is a spare one as well")
	}
	testtree.Must(t, store.Commit(ctx, "committed", "step"))
	store.link = os.Link
	if after := testtree.Describe(t, prepare(t, store, "next", "committed")); after != before {
		t.Errorf("before:\n%s\nafter:\n%s", before, after)
	}
	if left, _ := os.ReadDir(store.root + "/temporary"); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

func TestNobodyMayWriteToASettledOrCommittedFolder(t *testing.T) {
	store, base := oddStore(t)
	dir := prepare(t, store, "step", "base")
	testtree.Must(t, store.CheckWritable(dir))
	testtree.Must(t, store.Settle(dir))

	for _, refused := range []string{dir, base, dir + "/usr", "/etc", store.root} {
		if store.CheckWritable(refused) == nil {
			t.Errorf("%s may be written to", refused)
		}
	}
}

func TestACopyThatDoesNotFitIsRefusedWithTheFigures(t *testing.T) {
	store, _ := oddStore(t)
	store.freeBytes = func(string) (int64, error) { return reserve + 5, nil }

	_, err := store.Prepare(ctx, "step", "base")

	if err == nil || !strings.Contains(err.Error(), "patchwright-builder: image-too-large: ") ||
		!strings.Contains(err.Error(), "67108869 bytes are free") {
		t.Fatal(err)
	}
	if _, err := store.Stat(ctx, "step"); err == nil {
		t.Error("the snapshot exists after its failure")
	}
	if entries, _ := os.ReadDir(store.root + "/folders"); len(entries) != 1 {
		t.Errorf("%d folders are left, and one is needed", len(entries))
	}
}

func TestSpareFoldersAreGivenUpBeforeACopyIsRefused(t *testing.T) {
	store, _ := oddStore(t)
	testtree.Must(t, store.Settle(prepare(t, store, "step", "base")))
	other := prepare(t, store, "other", "")
	testtree.Write(t, other+"/file", "content")
	testtree.Must(t, store.Commit(ctx, "another image", "other"))
	asked := 0
	store.freeBytes = func(string) (int64, error) {
		asked++
		if len(store.spares) > 0 {
			return 0, nil
		}
		return reserve * 2, nil
	}

	prepare(t, store, "next", "another image")

	if asked != 2 || len(store.spares) != 0 {
		t.Errorf("asked %d times, %d spare folders left", asked, len(store.spares))
	}
}

func TestAFullDiskInTheMiddleOfACopyIsNamed(t *testing.T) {
	testtree.RequireRoot(t)
	root := t.TempDir()
	if err := unix.Mount("tmpfs", root, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("a small file system can't be mounted: ", err)
	}
	defer unix.Unmount(root, unix.MNT_DETACH)
	store, err := New(root)
	testtree.Must(t, err)
	defer store.Close()
	dir := prepare(t, store, "large", "")
	testtree.Write(t, dir+"/file", strings.Repeat("x", 3<<20))
	testtree.Must(t, store.Commit(ctx, "base", "large"))
	store.freeBytes = func(string) (int64, error) { return 1 << 40, nil }

	_, err = store.Prepare(ctx, "step", "base")

	if err == nil || !strings.Contains(err.Error(), "image-too-large: the disk is full") {
		t.Fatal(err)
	}
}

func TestAnAttributeThatCannotBeKeptFails(t *testing.T) {
	testtree.RequireRoot(t)
	source, target := t.TempDir()+"/file", "/proc/self/oom_score_adj"
	testtree.Write(t, source, "x")
	testtree.Must(t, unix.Lsetxattr(source, "security.capability", testtree.Capability, 0))

	err := copyXattrs(target, source)

	if err == nil || !strings.Contains(err.Error(), "xattr-lost: setting security.capability") {
		t.Fatal(err)
	}
}

func TestAFileThatIsBeingReadIsNotWrittenToLater(t *testing.T) {
	for _, read := range []string{"/d1/f1", "/d1"} {
		store, _ := oddStore(t)
		dir := prepare(t, store, "file operation", "base")
		reader, err := os.Open(dir + read)
		testtree.Must(t, err)
		testtree.Must(t, store.Commit(ctx, "committed", "file operation"))

		spares := len(store.spares)
		testtree.Must(t, reader.Close())
		testtree.Must(t, store.Settle(prepare(t, store, "next", "committed")))

		if spares != 0 || len(store.spares) != 1 {
			t.Errorf("%s: %d spare folders while it is read, %d later", read, spares, len(store.spares))
		}
	}
}

func TestASpareFolderGoesWithTheCommittedFolderThatItMirrors(t *testing.T) {
	store, _ := oddStore(t)
	testtree.Must(t, store.Settle(prepare(t, store, "step", "base")))
	testtree.Must(t, store.Remove(ctx, "step"))
	if len(store.spares) != 1 {
		t.Fatalf("%d spare folders", len(store.spares))
	}

	testtree.Must(t, store.Remove(ctx, "base"))

	if len(store.spares) != 0 {
		t.Error("its inodes may be given to other files, and the spare folder would not notice")
	}
}
