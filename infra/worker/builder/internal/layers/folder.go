// Package layers unpacks image layers into folders and packs what changed, without mount(2).
package layers

import (
	"fmt"
	"os"

	"github.com/containerd/containerd/v2/core/mount"
)

// Folders is the part of the store of folders that this package needs.
type Folders interface {
	CheckWritable(dir string) error
	Settle(dir string) error
	Full(err error) error
}

// folderOf returns the folder that a bind mount names. No mount means an empty folder.
func folderOf(mounts []mount.Mount) (dir string, done func(), err error) {
	if len(mounts) == 0 {
		dir, err = os.MkdirTemp("", "empty-")
		return dir, func() { os.Remove(dir) }, err
	}
	if len(mounts) != 1 || (mounts[0].Type != "bind" && mounts[0].Type != "rbind") {
		return "", nil, fmt.Errorf("only one bind mount can be used without mount(2), not %v", mounts)
	}
	return mounts[0].Source, func() {}, nil
}
