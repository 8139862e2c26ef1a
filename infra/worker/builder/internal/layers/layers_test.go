package layers

import (
	"archive/tar"
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/plugins/content/local"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/snapshots"
	"patchwright/worker/builder/internal/testtree"
)

// scene is a content store and a store of folders, with device nodes made in one of two ways.
type scene struct {
	t       *testing.T
	content content.Store
	folders *snapshots.Store
	root    string // The folder of the store.
	devices device.Maker
}

var ctx = context.Background()

func newScene(t *testing.T, devices device.Maker) *scene {
	testtree.RequireRoot(t)
	store, err := local.NewLabeledStore(t.TempDir(), &labelStore{all: map[digest.Digest]map[string]string{}})
	testtree.Must(t, err)
	root := t.TempDir()
	folders, err := snapshots.New(root)
	testtree.Must(t, err)
	t.Cleanup(func() { folders.Close() })
	return &scene{t, store, folders, root, devices}
}

type labelStore struct {
	all map[digest.Digest]map[string]string
}

func (l *labelStore) Get(of digest.Digest) (map[string]string, error) { return l.all[of], nil }
func (l *labelStore) Set(of digest.Digest, to map[string]string) error {
	l.all[of] = to
	return nil
}
func (l *labelStore) Update(of digest.Digest, to map[string]string) (map[string]string, error) {
	l.all[of] = to
	return to, nil
}

// layer stores a layer of these entries. The content of a regular file is its name.
func (s *scene) layer(headers ...*tar.Header) ocispecs.Descriptor {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for _, header := range headers {
		if header.Typeflag == tar.TypeReg {
			header.Size = int64(len(header.Name))
		}
		testtree.Must(s.t, writer.WriteHeader(header))
		if header.Typeflag == tar.TypeReg {
			_, err := writer.Write([]byte(header.Name))
			testtree.Must(s.t, err)
		}
	}
	testtree.Must(s.t, writer.Close())
	layer := ocispecs.Descriptor{MediaType: ocispecs.MediaTypeImageLayer, Digest: digest.FromBytes(packed.Bytes()), Size: int64(packed.Len())}
	testtree.Must(s.t, content.WriteBlob(ctx, s.content, string(layer.Digest), bytes.NewReader(packed.Bytes()), layer))
	return layer
}

func (s *scene) apply(key, parent string, layer ocispecs.Descriptor) (string, error) {
	mounts, err := s.folders.Prepare(ctx, key, parent)
	testtree.Must(s.t, err)
	applier := &Applier{Store: s.content, Folders: s.folders, Devices: s.devices}
	applied, err := applier.Apply(ctx, layer, mounts)
	if err == nil && applied.Digest != layer.Digest {
		s.t.Errorf("%s was unpacked as %s", layer.Digest, applied.Digest)
	}
	return mounts[0].Source, err
}

func (s *scene) diff(lower, upper string) (ocispecs.Descriptor, error) {
	bind := func(dir string) []mount.Mount { return []mount.Mount{{Type: "bind", Source: dir}} }
	return (&Differ{Store: s.content, Folders: s.folders, Devices: s.devices}).Compare(ctx, bind(lower), bind(upper))
}

func TestLayersAreUnpackedOnOneAnother(t *testing.T) {
	s := newScene(t, device.Maker{})
	first, err := s.apply("first", "", s.layer(
		&tar.Header{Name: "kept", Typeflag: tar.TypeReg, Mode: 0o644},
		&tar.Header{Name: "removed", Typeflag: tar.TypeReg, Mode: 0o644},
		&tar.Header{Name: "linked", Typeflag: tar.TypeReg, Mode: 0o600}))
	testtree.Must(t, err)
	testtree.Must(t, s.folders.Commit(ctx, "one", "first"))
	before := testtree.Describe(t, first)

	// The hard link's own mode must not reach the file of the layer below.
	second, err := s.apply("second", "one", s.layer(
		&tar.Header{Name: ".wh.removed", Typeflag: tar.TypeReg},
		&tar.Header{Name: "again", Typeflag: tar.TypeLink, Linkname: "linked", Mode: 0o777}))

	testtree.Must(t, err)
	if testtree.Describe(t, first) != before {
		t.Error("the layer below has changed")
	}
	if _, err := os.Lstat(second + "/removed"); err == nil {
		t.Error("a whiteout had no effect")
	}
	if info, err := os.Stat(second + "/linked"); err != nil || info.Mode() != 0o777 {
		t.Error(err, info.Mode())
	}
}

func TestALayerCannotWriteOutsideItsFolder(t *testing.T) {
	s := newScene(t, device.Maker{})
	outside := t.TempDir()

	dir, err := s.apply("hostile", "", s.layer(
		&tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: outside},
		&tar.Header{Name: "link/escaped", Typeflag: tar.TypeReg, Mode: 0o644},
		&tar.Header{Name: "../escaped", Typeflag: tar.TypeReg, Mode: 0o644},
		&tar.Header{Name: "../../escaped", Typeflag: tar.TypeReg, Mode: 0o644}))

	if entries, _ := os.ReadDir(outside); len(entries) > 0 {
		t.Errorf("%v was written outside", entries)
	}
	for _, above := range []string{s.root + "/folders", s.root, filepath.Dir(s.root)} {
		if slices.Contains(names(t, above), "escaped") {
			t.Errorf("an entry was written to %s", above)
		}
	}
	if err == nil && !slices.Contains(names(t, dir), "escaped") {
		t.Error("the entry with .. in its name is in no place")
	}
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	testtree.Must(t, err)
	for _, entry := range entries {
		all = append(all, entry.Name())
	}
	return all
}

func TestWhatTheKernelRefusesOfALayerIsNamedAsWhatItIs(t *testing.T) {
	for _, test := range []struct {
		capability int
		header     tar.Header
		code       string
	}{
		{unix.CAP_SYS_ADMIN, tar.Header{Name: "file", Typeflag: tar.TypeReg, PAXRecords: map[string]string{"SCHILY.xattr.security.ima": "x"}}, "xattr-lost"},
		{unix.CAP_MKNOD, tar.Header{Name: "loop0", Typeflag: tar.TypeBlock, Devmajor: 7}, "device-node"},
	} {
		s := newScene(t, device.Maker{})
		layer := s.layer(&test.header)
		var err error

		testtree.Must(t, testtree.WithoutCapability(test.capability, func() { _, err = s.apply("first", "", layer) }))

		if err == nil || !strings.Contains(err.Error(), "patchwright-builder: "+test.code+": ") {
			t.Errorf("%s: %v", test.code, err)
		}
	}
}

func TestAttributesThatContainerdIgnoresAreNotMissed(t *testing.T) {
	s := newScene(t, device.Maker{})

	_, err := s.apply("first", "", s.layer(
		&tar.Header{Name: "file", Typeflag: tar.TypeReg, Mode: 0o644, PAXRecords: map[string]string{"SCHILY.xattr.trusted.overlay.opaque": "y"}},
		&tar.Header{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "file", PAXRecords: map[string]string{"SCHILY.xattr.user.x": "y"}}))

	testtree.Must(t, err)
}

func TestAnAttributeOfALayerThatIsNotKeptFails(t *testing.T) {
	wanted := wantedXattrs{}
	wanted.note(&tar.Header{Name: "./file", PAXRecords: map[string]string{"SCHILY.xattr.security.capability": "x"}})
	wanted.note(&tar.Header{Name: "removed-later", PAXRecords: map[string]string{"SCHILY.xattr.user.x": "x"}})
	dir := t.TempDir()
	testtree.Write(t, dir+"/file", "")

	err := wanted.check(dir)

	if err == nil || !strings.Contains(err.Error(), "patchwright-builder: xattr-lost: ") {
		t.Error(err)
	}
}

func TestADeviceNodeThatMayNotBeMadeSurvivesUntouchedAndFailsTouched(t *testing.T) {
	s := newScene(t, device.Maker{StandIns: true})
	base, err := s.apply("base", "", s.layer(
		&tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3, Mode: 0o666},
		&tar.Header{Name: "file", Typeflag: tar.TypeReg, Mode: 0o644}))
	testtree.Must(t, err)
	testtree.Must(t, s.folders.Commit(ctx, "committed", "base"))
	mounts, err := s.folders.Prepare(ctx, "step", "committed")
	testtree.Must(t, err)
	dir := mounts[0].Source
	testtree.Write(t, dir+"/file", "changed")

	_, untouched := s.diff(base, dir)
	testtree.Must(t, os.Chmod(dir+"/null", 0o600))
	_, touched := s.diff(base, dir)

	testtree.Must(t, untouched)
	if touched == nil || !strings.Contains(touched.Error(), "patchwright-builder: device-node: a step changed /null, the device node c 1:3") {
		t.Error(touched)
	}
}

func TestNothingIsUnpackedIntoAFolderThatIsNotWritable(t *testing.T) {
	s := newScene(t, device.Maker{})
	layer := s.layer(&tar.Header{Name: "file", Typeflag: tar.TypeReg})

	_, err := (&Applier{Store: s.content, Folders: s.folders}).Apply(ctx, layer, []mount.Mount{{Type: "bind", Source: t.TempDir()}})

	if err == nil {
		t.Error("it was unpacked")
	}
}
