// Package device makes the device nodes of a step, by mknod(2) or by hard links to nodes of the worker
// image. It also handles the nodes in an image's layers if mknod(2) is refused.
package device

import (
	"archive/tar"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Node is one device node of a step's /dev, with mode 0666.
type Node struct {
	Name         string
	Major, Minor uint32
}

// Nodes are the device nodes that every container may open. The worker's Dockerfile makes the same ones.
var Nodes = []Node{
	{"null", 1, 3}, {"zero", 1, 5}, {"full", 1, 7}, {"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
}

// DefaultFolder is the folder of the worker image's nodes.
const DefaultFolder = "/usr/local/share/patchwright/dev"

// Maker makes device nodes in one of two ways.
type Maker struct {
	// Shipped is the folder of the worker image's nodes, or empty if mknod(2) works.
	Shipped string
	// StandIns is true if device nodes of layers become marked files.
	StandIns bool
}

// NewMaker tries which way works in a folder. If none does, it returns the call and the error of the
// first way.
func NewMaker(folder, shipped string) (Maker, error) {
	refused := Try(Maker{}, folder)
	if refused == nil {
		return Maker{StandIns: !mayMakeAny(folder)}, nil
	}
	if err := Try(Maker{Shipped: shipped}, folder); err != nil {
		return Maker{}, fmt.Errorf("%w; %w", refused, err)
	}
	return Maker{Shipped: shipped, StandIns: true}, nil
}

// mayMakeAny tries nodes that no container needs, because a container may be allowed to make only the
// usual ones: a character device (10:229, fuse) and a block device (7:0, loop0).
func mayMakeAny(folder string) bool {
	for kind, device := range map[uint32]uint64{unix.S_IFCHR: unix.Mkdev(10, 229), unix.S_IFBLK: unix.Mkdev(7, 0)} {
		path := filepath.Join(folder, "any-device")
		if unix.Mknod(path, kind|0o600, int(device)) != nil || os.Remove(path) != nil {
			return false
		}
	}
	return true
}

// Try makes a null device and writes to it. The error is an *os.PathError or *os.LinkError.
func Try(maker Maker, folder string) error {
	scratch, err := os.MkdirTemp(folder, "device-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	path := filepath.Join(scratch, Nodes[0].Name)
	if err := maker.make(Nodes[0], path); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = file.Write([]byte{0})
	return err
}

// MakeAll makes all nodes in a folder.
func (m Maker) MakeAll(folder string) error {
	for _, node := range Nodes {
		if err := m.make(node, filepath.Join(folder, node.Name)); err != nil {
			return err
		}
	}
	return nil
}

func (m Maker) make(node Node, path string) error {
	if m.Shipped != "" {
		return m.link(node, path)
	}
	if err := unix.Mknod(path, unix.S_IFCHR|0o666, int(unix.Mkdev(node.Major, node.Minor))); err != nil {
		return &os.PathError{Op: "mknod", Path: path, Err: err}
	}
	return os.Chmod(path, 0o666) // The umask may have cleared bits.
}

// link checks the shipped node first, because a build of the worker image may have turned it into a
// plain file.
func (m Maker) link(node Node, path string) error {
	shipped := filepath.Join(m.Shipped, node.Name)
	var stat unix.Stat_t
	if err := unix.Lstat(shipped, &stat); err != nil {
		return &os.PathError{Op: "stat", Path: shipped, Err: err}
	}
	if stat.Mode&unix.S_IFMT != unix.S_IFCHR || stat.Rdev != unix.Mkdev(node.Major, node.Minor) {
		return &os.PathError{Op: "stat", Path: shipped, Err: unix.ENODEV}
	}
	return os.Link(shipped, path)
}

// standInXattr marks an empty file that replaces a device node of the image.
const standInXattr = "user.patchwright.device"

// Replace turns a device node of a layer into an empty, marked file if mknod(2) is refused for it. Such a
// file never reaches a new layer: a step that touches one fails (Differ.refuseStandIns).
func (m Maker) Replace(header *tar.Header) {
	if !m.StandIns || (header.Typeflag != tar.TypeChar && header.Typeflag != tar.TypeBlock) {
		return
	}
	kind := map[byte]string{tar.TypeChar: "c", tar.TypeBlock: "b"}[header.Typeflag]
	if header.PAXRecords == nil {
		header.PAXRecords = map[string]string{}
	}
	header.PAXRecords["SCHILY.xattr."+standInXattr] = fmt.Sprintf("%s %d:%d", kind, header.Devmajor, header.Devminor)
	header.Typeflag, header.Size, header.Devmajor, header.Devminor = tar.TypeReg, 0, 0, 0
}

// StandIn returns the device node that a file of an image replaces, or "" if none.
func StandIn(path string) string {
	value := make([]byte, 64)
	n, err := unix.Lgetxattr(path, standInXattr, value)
	if err != nil {
		return ""
	}
	return string(value[:n])
}

// Way is `mknod` or `links`.
func (m Maker) Way() string {
	if m.Shipped == "" {
		return "mknod"
	}
	return "links"
}
