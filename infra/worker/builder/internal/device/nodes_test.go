package device

import (
	"archive/tar"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/testtree"
)

func TestNodesAreLinkedFromTheShippedOnesIfMknodIsRefused(t *testing.T) {
	testtree.RequireRoot(t)
	shipped, folder := t.TempDir(), t.TempDir()
	testtree.Must(t, Maker{}.MakeAll(shipped))

	testtree.Must(t, Maker{Shipped: shipped}.MakeAll(folder))

	for _, node := range Nodes {
		var a, b unix.Stat_t
		testtree.Must(t, unix.Lstat(shipped+"/"+node.Name, &a))
		testtree.Must(t, unix.Lstat(folder+"/"+node.Name, &b))
		if a.Ino != b.Ino || b.Rdev != unix.Mkdev(node.Major, node.Minor) || b.Mode != unix.S_IFCHR|0o666 {
			t.Errorf("%s: %o", node.Name, b.Mode)
		}
	}
}

func TestAShippedNodeThatIsNoDeviceIsRefused(t *testing.T) {
	testtree.RequireRoot(t)
	shipped := t.TempDir()
	testtree.Write(t, shipped+"/null", "")

	err := Try(Maker{Shipped: shipped}, t.TempDir())

	if !errors.Is(err, unix.ENODEV) {
		t.Error(err)
	}
}

func TestADeviceNodeOfALayerIsMarkedIfMknodIsRefused(t *testing.T) {
	header := func() *tar.Header {
		return &tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o640}
	}
	kept, replaced := header(), header()

	Maker{}.Replace(kept)
	Maker{StandIns: true}.Replace(replaced)

	if kept.Typeflag != tar.TypeChar || len(kept.PAXRecords) > 0 {
		t.Errorf("%+v", kept)
	}
	if replaced.Typeflag != tar.TypeReg || replaced.PAXRecords["SCHILY.xattr."+standInXattr] != "c 1:3" || replaced.Mode != 0o640 {
		t.Errorf("%+v", replaced)
	}
}

func TestAStandInIsKnownByItsMark(t *testing.T) {
	path := t.TempDir() + "/null"
	testtree.Must(t, os.WriteFile(path, nil, 0o600))
	if StandIn(path) != "" {
		t.Error("a plain file is taken for a stand-in")
	}
	testtree.Must(t, unix.Lsetxattr(path, standInXattr, []byte("c 1:3"), 0))
	if StandIn(path) != "c 1:3" {
		t.Error(StandIn(path))
	}
}

func TestLayersGetStandInsIfAnyKindOfNodeIsRefused(t *testing.T) {
	testtree.RequireRoot(t)
	shipped, folder := t.TempDir(), t.TempDir()
	testtree.Must(t, Maker{}.MakeAll(shipped))

	allowed, err := NewMaker(folder, shipped)
	testtree.Must(t, err)
	var refused Maker
	testtree.Must(t, testtree.WithoutCapability(unix.CAP_MKNOD, func() { refused, err = NewMaker(folder, shipped) }))
	testtree.Must(t, err)

	if (allowed != Maker{}) || (refused != Maker{Shipped: shipped, StandIns: true}) {
		t.Errorf("%+v, %+v", allowed, refused)
	}
	testtree.Must(t, testtree.WithoutCapability(unix.CAP_MKNOD, func() {
		if mayMakeAny(folder) {
			t.Error("a refused node is not noticed")
		}
	}))
	if entries, err := os.ReadDir(folder); err != nil || len(entries) > 0 {
		t.Error(err, entries)
	}
}
