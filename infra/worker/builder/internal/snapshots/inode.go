package snapshots

import (
	"golang.org/x/sys/unix"
)

// fileID identifies an inode as long as a folder of this store contains it.
type fileID struct{ dev, ino uint64 }

// stamp changes with every write, chmod, link or rename of a file.
type stamp struct {
	ino   uint64
	ctime unix.Timespec
}

// original identifies the committed file of a private copy, with the copy's stamp at that time.
type original struct {
	of  fileID
	own stamp
}

func lstat(path string) (unix.Stat_t, error) {
	var stat unix.Stat_t
	err := unix.Lstat(path, &stat)
	return stat, err
}

func idOf(stat unix.Stat_t) fileID   { return fileID{uint64(stat.Dev), stat.Ino} }
func stampOf(stat unix.Stat_t) stamp { return stamp{stat.Ino, stat.Ctim} }
func isRegular(stat unix.Stat_t) bool {
	return stat.Mode&unix.S_IFMT == unix.S_IFREG
}
