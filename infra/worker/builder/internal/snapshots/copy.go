package snapshots

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// copier makes a folder the private copy of a committed one. The folder may contain files of an earlier
// copy; those that `reuse` lists and that have not changed are kept.
type copier struct {
	reuse     map[string]original
	firstName map[fileID]string
	// files gives the original of each regular file of the copy, by its path in the folder.
	files map[string]original
	// reused counts the files that were kept.
	reused int
}

func newCopier(reuse map[string]original) *copier {
	return &copier{reuse: reuse, firstName: map[fileID]string{}, files: map[string]original{}}
}

// folder makes path the copy of source; rel is its path in the root folder.
func (c *copier) folder(path, source, rel string) error {
	stat, err := lstat(source)
	if err != nil {
		return fmt.Errorf("stat %q: %w", source, err)
	}
	if have, err := lstat(path); err == nil && have.Mode&unix.S_IFMT != unix.S_IFDIR {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	if err := os.Mkdir(path, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	wanted, err := os.ReadDir(source)
	if err != nil {
		return err
	}
	if err := removeOthers(path, wanted); err != nil {
		return err
	}
	for _, entry := range wanted {
		name := entry.Name()
		copyEntry := c.file
		if entry.IsDir() {
			copyEntry = c.folder
		}
		if err := copyEntry(filepath.Join(path, name), filepath.Join(source, name), filepath.Join(rel, name)); err != nil {
			return err
		}
	}
	return copyMetadata(path, source, stat)
}

// removeOthers removes all other entries from the folder.
func removeOthers(folder string, wanted []os.DirEntry) error {
	have, err := os.ReadDir(folder)
	if err != nil || len(have) == 0 {
		return err
	}
	names := make(map[string]bool, len(wanted))
	for _, entry := range wanted {
		names[entry.Name()] = true
	}
	for _, entry := range have {
		if !names[entry.Name()] {
			if err := os.RemoveAll(filepath.Join(folder, entry.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *copier) file(path, source, rel string) error {
	stat, err := lstat(source)
	if err != nil {
		return fmt.Errorf("stat %q: %w", source, err)
	}
	id := idOf(stat)
	first, linked := c.firstName[id]
	if isRegular(stat) && !linked && reusable(c.reuse, path, rel, stat) {
		c.reused++
		return c.note(path, rel, id)
	}
	if err := os.RemoveAll(path); err != nil {
		return err
	}
	switch {
	case linked:
		if err := os.Link(first, path); err != nil {
			return err
		}
		return c.note(path, rel, id)
	case isRegular(stat):
		err = copyContents(path, source)
	case stat.Mode&unix.S_IFMT == unix.S_IFLNK:
		err = copyLink(path, source)
	default:
		err = unix.Mknod(path, stat.Mode, int(stat.Rdev))
	}
	if err != nil {
		return fmt.Errorf("copying %q: %w", source, err)
	}
	if err := copyMetadata(path, source, stat); err != nil {
		return err
	}
	if isRegular(stat) {
		return c.note(path, rel, id)
	}
	c.firstName[id] = path // A symbolic link or a device may have two names as well.
	return nil
}

// reusable returns true if the folder already contains an unchanged copy of this file.
func reusable(reuse map[string]original, path, rel string, source unix.Stat_t) bool {
	known, ok := reuse[rel]
	if !ok || known.of != idOf(source) {
		return false
	}
	now, err := lstat(path)
	return err == nil && isRegular(now) && stampOf(now) == known.own
}

func (c *copier) note(path, rel string, id fileID) error {
	c.firstName[id] = path
	c.files[rel] = original{of: id}
	return nil
}

func copyLink(path, source string) error {
	target, err := os.Readlink(source)
	if err != nil {
		return err
	}
	return os.Symlink(target, path)
}

// bytesToCopy returns the free disk space that a copy of source to path needs.
func bytesToCopy(reuse map[string]original, path, source string) (int64, error) {
	var total int64
	seen := map[fileID]bool{}
	err := walk(source, func(rel string, stat unix.Stat_t) error {
		if !seen[idOf(stat)] && !reusable(reuse, filepath.Join(path, rel), rel, stat) {
			total += stat.Blocks * 512
		}
		seen[idOf(stat)] = true
		return nil
	})
	return total, err
}

// walk visits everything below a folder, but not the folder itself. It follows no symbolic link.
func walk(folder string, visit func(rel string, stat unix.Stat_t) error) error {
	return filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		stat, err := lstat(path)
		if err != nil {
			return fmt.Errorf("stat %q: %w", path, err)
		}
		return visit(path[len(folder)+1:], stat)
	})
}
