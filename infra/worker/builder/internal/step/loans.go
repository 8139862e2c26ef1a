package step

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/containerd/continuity/fs"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/fault"
)

// loans puts files and folders into the root of a step, and removes them after the step's last process
// has ended. The stash, outside the root, keeps the originals until then.
//
// The step may rename folders and plant symbolic links. So every place is held by a file descriptor that
// was opened before the step, and no path is resolved again.
type loans struct {
	root   string
	stash  string
	places map[string]*place
	undo   []func() error
	count  int
	own    []ownFile
	// copied holds the files of read-only mounts.
	copied map[inode]bool
}

// ownFile is a file of the builder in a step's root.
type ownFile struct {
	name string
	fd   int
	// elsewhere is the number of its names outside the root: a device node may be a link to a shipped one.
	elsewhere uint64
}

// place is a folder in the step's root.
type place struct {
	fd int
	// before: its original times; lent: its times with everything in place.
	before, lent unix.Stat_t
}

func newLoans(root, stash string) *loans {
	return &loans{root: root, stash: stash, places: map[string]*place{}, copied: map[inode]bool{}}
}

func (l *loans) stashPath() string {
	l.count++
	return filepath.Join(l.stash, strconv.Itoa(l.count))
}

// standIn puts a file or folder of the builder at dest. The step's changes to it are lost, and the step
// must not have given its files another name, because they would get into a layer.
func (l *loans) standIn(dest string, make func(path string) error) error {
	path := l.stashPath()
	if err := make(path); err != nil {
		return err
	}
	err := filepath.WalkDir(path, func(file string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return l.note(filepath.Join(dest, file[len(path):]), file)
	})
	if err != nil {
		return err
	}
	return l.put(dest, path, "")
}

func (l *loans) note(name, path string) error {
	fd, err := unix.Open(path, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %q: %w", path, err)
	}
	var stat unix.Stat_t
	err = unix.Fstat(fd, &stat)
	l.own = append(l.own, ownFile{name, fd, uint64(stat.Nlink) - 1})
	return err
}

// copyOf puts a copy of a folder or file of the image at dest. The step may change it or remove it, but
// must not give its files another name.
func (l *loans) copyOf(dest string, make func(path string) error) error {
	path := l.stashPath()
	if err := make(path); err != nil {
		return err
	}
	if err := walkFiles(path, func(file inode, _ int) { l.copied[file] = true }); err != nil {
		return err
	}
	return l.put(dest, path, "")
}

// borrow moves a folder or file to dest, and back at the end. The folder above it keeps its times.
func (l *loans) borrow(dest, source string) error {
	if _, err := l.open(filepath.Dir(source)); err != nil {
		return err
	}
	return l.put(dest, source, source)
}

// put moves item to dest in the root. home is its place at the end; empty if it is deleted.
func (l *loans) put(dest, item, home string) error {
	parent, err := l.placeFor(filepath.Dir(filepath.Join("/", dest)))
	if err != nil {
		return err
	}
	name := filepath.Base(dest)
	fd, err := unix.Open(item, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("open %q: %w", item, err)
	}
	aside := ""
	if _, err := statAt(parent.fd, name); err == nil {
		aside = l.stashPath()
		if err := move(parent.fd, name, unix.AT_FDCWD, aside); err != nil {
			unix.Close(fd)
			return err
		}
	} else if !errors.Is(err, unix.ENOENT) {
		unix.Close(fd)
		return err
	}
	l.undo = append(l.undo, func() error {
		defer unix.Close(fd)
		if err := l.takeBack(parent, name, fd, home); err != nil {
			return fmt.Errorf("%s: %w", dest, err)
		}
		if aside == "" {
			return nil
		}
		return move(unix.AT_FDCWD, aside, parent.fd, name)
	})
	return move(unix.AT_FDCWD, item, parent.fd, name)
}

// takeBack moves the item out of its place. The step may have deleted or replaced a stand-in, but must
// not have moved it, because it would get into a layer.
func (l *loans) takeBack(parent *place, name string, item int, home string) error {
	var lent unix.Stat_t
	if err := unix.Fstat(item, &lent); err != nil {
		return err
	}
	found, err := statAt(parent.fd, name)
	if err != nil && !errors.Is(err, unix.ENOENT) {
		return err
	}
	missing := err != nil
	same := !missing && found.Dev == lent.Dev && found.Ino == lent.Ino
	if !same && (home != "" || lent.Nlink > 0) {
		return errors.New("the step moved or removed the mounted folder or file")
	}
	if missing {
		return nil
	}
	if home == "" {
		home = l.stashPath()
	}
	return move(parent.fd, name, unix.AT_FDCWD, home)
}

// placeFor opens a folder of the root and resolves symbolic links inside the root. It creates a missing
// folder, which is removed at the end if it is empty.
func (l *loans) placeFor(dir string) (*place, error) {
	path, err := fs.RootPath(l.root, dir)
	if err != nil {
		return nil, err
	}
	return l.open(path)
}

func (l *loans) open(path string) (*place, error) {
	if known := l.places[path]; known != nil {
		return known, nil
	}
	if _, err := os.Lstat(path); os.IsNotExist(err) && path != l.root {
		parent, err := l.open(filepath.Dir(path))
		if err != nil {
			return nil, err
		}
		name := filepath.Base(path)
		if err := unix.Mkdirat(parent.fd, name, 0o755); err != nil {
			return nil, fmt.Errorf("mkdir %q: %w", path, err)
		}
		l.undo = append(l.undo, func() error { return removeEmpty(parent.fd, name) })
	}
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("open %q: %w", path, err)
	}
	opened := &place{fd: fd}
	l.places[path] = opened
	return opened, unix.Fstat(fd, &opened.before)
}

func removeEmpty(parent int, name string) error {
	err := unix.Unlinkat(parent, name, unix.AT_REMOVEDIR)
	for _, harmless := range []error{unix.ENOTEMPTY, unix.EEXIST, unix.ENOENT, unix.ENOTDIR} {
		if errors.Is(err, harmless) {
			return nil
		}
	}
	return err
}

// ready records the times when everything is in place, right before the step.
func (l *loans) ready() error {
	var failures []error
	for _, place := range l.places {
		failures = append(failures, unix.Fstat(place.fd, &place.lent))
	}
	return errors.Join(failures...)
}

// takeBackAll undoes everything in reverse order, sets the times that each folder would have without the
// loans, and removes the stash. All processes of the step must have ended.
func (l *loans) takeBackAll() error {
	var failures []error
	for _, place := range l.places {
		var now unix.Stat_t
		failures = append(failures, unix.Fstat(place.fd, &now))
		if now.Mtim != place.lent.Mtim {
			place.before = now // The step itself changed the folder.
		}
	}
	for index := len(l.undo) - 1; index >= 0; index-- {
		failures = append(failures, l.undo[index]())
	}
	for _, place := range l.places {
		times := []unix.Timespec{place.before.Atim, place.before.Mtim}
		if err := unix.UtimesNanoAt(place.fd, ".", times, 0); err != nil && !errors.Is(err, unix.ENOENT) {
			failures = append(failures, err)
		}
		unix.Close(place.fd)
	}
	failures = append(failures, l.checkCopies(), os.RemoveAll(l.stash))
	for _, file := range l.own {
		failures = append(failures, file.checkGone())
		unix.Close(file.fd)
	}
	l.places, l.undo, l.own = nil, nil, nil
	if err := errors.Join(failures...); err != nil {
		return fault.New(fault.StepNotUndone, "%w", err)
	}
	return nil
}

// checkCopies fails if the step gave a file of a copy, which is in the stash again, a name in its root: a
// container runtime's mount does not allow that.
func (l *loans) checkCopies() error {
	elsewhere := map[inode]int{}
	err := walkFiles(l.stash, func(file inode, links int) {
		if l.copied[file] {
			if _, seen := elsewhere[file]; !seen {
				elsewhere[file] = links
			}
			elsewhere[file]--
		}
	})
	for _, count := range elsewhere {
		if count > 0 {
			err = errors.Join(err, errors.New("the step made a hard link to a file of a read-only mount"))
		}
	}
	return err
}

type inode struct{ device, number uint64 }

// walkFiles calls visit with each regular file and the number of its links.
func walkFiles(root string, visit func(file inode, links int)) error {
	return filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return fmt.Errorf("lstat %q: %w", path, err)
		}
		visit(inode{uint64(stat.Dev), stat.Ino}, int(stat.Nlink))
		return nil
	})
}

func (f ownFile) checkGone() error {
	var stat unix.Stat_t
	if err := unix.Fstat(f.fd, &stat); err != nil {
		return err
	}
	if uint64(stat.Nlink) > f.elsewhere {
		return fmt.Errorf("%s: the step moved it or made a hard link to it", f.name)
	}
	return nil
}

func statAt(dir int, name string) (stat unix.Stat_t, err error) {
	err = unix.Fstatat(dir, name, &stat, unix.AT_SYMLINK_NOFOLLOW)
	return stat, err
}

func move(fromDir int, from string, toDir int, to string) error {
	if err := unix.Renameat2(fromDir, from, toDir, to, unix.RENAME_NOREPLACE); err != nil {
		return fmt.Errorf("rename %q to %q: %w", from, to, err)
	}
	return nil
}
