package snapshots

import (
	"bytes"
	"fmt"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/fault"
)

// copyMetadata gives path the owner, mode, extended attributes and times of source. The owner comes first,
// because chown(2) clears setuid bits and security.capability.
func copyMetadata(path, source string, stat unix.Stat_t) error {
	if err := unix.Lchown(path, int(stat.Uid), int(stat.Gid)); err != nil {
		return fmt.Errorf("chown %q: %w", path, err)
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFLNK {
		if err := unix.Chmod(path, stat.Mode&0o7777); err != nil {
			return fmt.Errorf("chmod %q: %w", path, err)
		}
	}
	if err := copyXattrs(path, source); err != nil {
		return err
	}
	return setTimes(path, stat)
}

func setTimes(path string, stat unix.Stat_t) error {
	times := []unix.Timespec{stat.Atim, stat.Mtim}
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return fmt.Errorf("utimensat %q: %w", path, err)
	}
	return nil
}

// copyXattrs fails if an attribute cannot be kept, because a lost security.capability would break the
// image silently.
func copyXattrs(path, source string) error {
	want, err := readXattrs(source)
	if err != nil {
		return err
	}
	have, err := readXattrs(path)
	if err != nil {
		return err
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			if err := unix.Lremovexattr(path, name); err != nil {
				return fault.New(fault.XattrLost, "removing %s of %q: %w", name, path, err)
			}
		}
	}
	for name, value := range want {
		if old, ok := have[name]; ok && bytes.Equal(old, value) {
			continue
		}
		if err := unix.Lsetxattr(path, name, value, 0); err != nil {
			return fault.New(fault.XattrLost, "setting %s of %q: %w", name, path, err)
		}
	}
	return nil
}

// readXattrs returns all visible attributes, or none if the file system does not support them.
func readXattrs(path string) (map[string][]byte, error) {
	size, err := unix.Llistxattr(path, nil)
	if err == unix.ENOTSUP || (err == nil && size == 0) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("listxattr %q: %w", path, err)
	}
	list := make([]byte, size)
	if size, err = unix.Llistxattr(path, list); err != nil {
		return nil, fmt.Errorf("listxattr %q: %w", path, err)
	}
	attributes := map[string][]byte{}
	for _, name := range bytes.Split(list[:size], []byte{0}) {
		if len(name) == 0 {
			continue
		}
		value, err := ReadXattr(path, string(name))
		if err != nil {
			return nil, err
		}
		attributes[string(name)] = value
	}
	return attributes, nil
}

// ReadXattr returns one attribute of a file, and does not follow symbolic links.
func ReadXattr(path, name string) ([]byte, error) {
	size, err := unix.Lgetxattr(path, name, nil)
	if err != nil {
		return nil, fmt.Errorf("getxattr %s of %q: %w", name, path, err)
	}
	value := make([]byte, size)
	if size > 0 {
		if size, err = unix.Lgetxattr(path, name, value); err != nil {
			return nil, fmt.Errorf("getxattr %s of %q: %w", name, path, err)
		}
	}
	return value[:size], nil
}
