package snapshots

import (
	"golang.org/x/sys/unix"
)

// fileID names an inode while a folder of this store holds it.
type fileID struct{ dev, ino uint64 }

// stamp is what no write, chmod, link or rename of a file leaves as it was.
type stamp struct {
	ino   uint64
	ctime unix.Timespec
}

// original says of which committed file a private file is the copy, and how it was when copied.
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
