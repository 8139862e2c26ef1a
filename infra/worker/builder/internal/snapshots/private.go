package snapshots

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/moby/buildkit/util/bklog"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/fault"
)

// private is the store's data of a writable folder.
type private struct {
	// parents are the ids of the committed folders below it, the nearest first.
	parents []string
	files   map[string]original
	// settled is true if its untouched files are hard links to the parent's, so that writes are forbidden.
	settled bool
}

// reserve stays free on the disk for the writes of the step itself.
const reserve = 64 << 20

// fillFolder makes dir a private copy of its parent, with the help of a spare folder if there is one.
func (s *Store) fillFolder(dir string, parents []string) (*private, error) {
	source, begun := s.dir(parents[0]), time.Now()
	reuse, err := s.takeSpare(dir, parents)
	if err != nil {
		return nil, err
	}
	need, err := s.checkSpace(reuse, dir, source)
	if err != nil {
		return nil, err
	}
	copier := newCopier(reuse)
	if err := copier.folder(dir, source, ""); err != nil {
		return nil, fault.IfFull(err, s.root)
	}
	if err := stampFiles(dir, copier.files); err != nil {
		return nil, err
	}
	bklog.L.Infof("copied %d MB in %.1f s; %d of %d files were there", need/1e6, time.Since(begun).Seconds(), copier.reused, len(copier.files))
	return &private{parents: parents, files: copier.files}, nil
}

// CopyTree makes path an independent copy of a folder or file.
func (s *Store) CopyTree(path, source string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.checkSpace(nil, path, source); err != nil {
		return err
	}
	stat, err := lstat(source)
	if err != nil {
		return err
	}
	copier := newCopier(nil)
	if stat.Mode&unix.S_IFMT == unix.S_IFDIR {
		err = copier.folder(path, source, "")
	} else {
		err = copier.file(path, source, "")
	}
	return fault.IfFull(err, s.root)
}

// checkSpace returns the number of bytes to copy. It deletes spare folders before it refuses.
func (s *Store) checkSpace(reuse map[string]original, path, source string) (int64, error) {
	need, err := bytesToCopy(reuse, path, source)
	if err != nil {
		return 0, err
	}
	free, err := s.freeBytes(s.root)
	if err == nil && free < need+reserve && len(s.spares) > 0 {
		if err := s.dropSpares(func(*spare) bool { return true }); err != nil {
			return 0, err
		}
		free, err = s.freeBytes(s.root)
	}
	if err != nil {
		return 0, err
	}
	if free < need+reserve {
		return 0, fault.New(fault.ImageTooLarge,
			"a copy of the image's files needs %d bytes, %d are kept in reserve, and %d bytes are free", need, int64(reserve), free)
	}
	return need, nil
}

func freeBytes(folder string) (int64, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, fmt.Errorf("statfs %q: %w", folder, err)
	}
	return int64(stat.Bavail) * stat.Bsize, nil
}

// stampFiles records the stamp of each copy. It returns only after the kernel's clock for ctime has
// advanced, because a write in the same tick would not change the ctime.
func stampFiles(dir string, files map[string]original) error {
	var latest unix.Timespec
	for rel, file := range files {
		stat, err := lstat(filepath.Join(dir, rel))
		if err != nil {
			return err
		}
		file.own = stampOf(stat)
		files[rel] = file
		if stat.Ctim.Nano() > latest.Nano() {
			latest = stat.Ctim
		}
	}
	for {
		var now unix.Timespec
		if err := unix.ClockGettime(unix.CLOCK_REALTIME_COARSE, &now); err != nil {
			return err
		}
		if now.Nano() > latest.Nano() {
			return nil
		}
		time.Sleep(time.Millisecond)
	}
}

// settle replaces a writable folder by one that shares untouched files with its parent. The free private
// copies become a spare folder, unless one of them is still open.
func (s *Store) settle(id string) error {
	folder := s.private[id]
	if folder == nil || folder.settled || len(folder.parents) == 0 {
		return nil
	}
	dir, parent, shared, begun := s.dir(id), s.dir(folder.parents[0]), s.temporary(), time.Now()
	untouched, err := untouchedFiles(dir, folder.files)
	if err != nil {
		return err
	}
	err = s.linkFolder(shared, dir, parent, "", untouched)
	if errors.Is(err, unix.EMLINK) { // A file has as many names as the file system allows: keep all copies.
		folder.files, folder.settled = nil, true
		return os.RemoveAll(shared)
	}
	if err == nil {
		err = unix.Renameat2(unix.AT_FDCWD, shared, unix.AT_FDCWD, dir, unix.RENAME_EXCHANGE)
	}
	if err != nil {
		return errors.Join(fault.IfFull(fmt.Errorf("settling %q: %w", dir, err), s.root), os.RemoveAll(shared))
	}
	bklog.L.Infof("shared %d of %d files in %.1f s", len(untouched), len(folder.files), time.Since(begun).Seconds())
	folder.files, folder.settled = nil, true
	if heldOpen(shared) {
		return os.RemoveAll(shared)
	}
	return s.addSpare(&spare{dir: shared, mirrors: folder.parents, files: untouched})
}

// heldOpen returns true if this process has a descriptor of a file in a folder. No other process reads the
// store, and no file of the folder can be opened after its path names another folder.
func heldOpen(folder string) bool {
	const own = "/proc/self/fd"
	descriptors, err := os.ReadDir(own)
	if err != nil {
		return true
	}
	for _, descriptor := range descriptors {
		path, err := os.Readlink(filepath.Join(own, descriptor.Name()))
		if err == nil && (path == folder || strings.HasPrefix(path, folder+"/")) {
			return true
		}
	}
	return false
}

// untouchedFiles returns the copies that have not changed. A file counts only if all its names are in the
// folder, because a write through another name would change it.
func untouchedFiles(dir string, files map[string]original) (map[string]original, error) {
	untouched := map[string]original{}
	names := map[uint64]uint64{}
	wanted := map[uint64]uint64{}
	err := walk(dir, func(rel string, stat unix.Stat_t) error {
		file, ok := files[rel]
		if ok && isRegular(stat) && stampOf(stat) == file.own {
			untouched[rel] = file
			names[stat.Ino]++
			wanted[stat.Ino] = uint64(stat.Nlink)
		}
		return nil
	})
	for rel, file := range untouched {
		if names[file.own.ino] != wanted[file.own.ino] {
			delete(untouched, rel)
		}
	}
	return untouched, err
}

// linkFolder makes path a copy of dir by hard links: to the parent's file if dir's own is untouched, else
// to dir's own.
func (s *Store) linkFolder(path, dir, parent, rel string, untouched map[string]original) error {
	stat, err := lstat(dir)
	if err != nil {
		return err
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name := entry.Name()
		to, own, theirs, place := filepath.Join(path, name), filepath.Join(dir, name), filepath.Join(parent, name), filepath.Join(rel, name)
		if entry.IsDir() {
			if err := s.linkFolder(to, own, theirs, place, untouched); err != nil {
				return err
			}
			continue
		}
		source := own
		if file, ok := untouched[place]; ok {
			have, err := lstat(theirs)
			if err != nil || idOf(have) != file.of {
				return fmt.Errorf("the committed file %q is not the one that was copied", theirs)
			}
			source = theirs
		}
		if err := s.link(source, to); err != nil {
			return err
		}
	}
	return copyMetadata(path, dir, stat)
}
