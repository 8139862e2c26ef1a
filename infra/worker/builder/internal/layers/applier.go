package layers

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/diff"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	continuity "github.com/containerd/continuity/fs"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	"golang.org/x/sys/unix"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/fault"
	"patchwright/worker/builder/internal/snapshots"
)

const xattrRecord = "SCHILY.xattr."

// Applier unpacks a layer into the folder of a writable snapshot.
type Applier struct {
	Store   content.Provider
	Folders Folders
	// Devices replaces device nodes that this container may not make.
	Devices device.Maker
}

var _ diff.Applier = (*Applier)(nil)

func (a *Applier) Apply(ctx context.Context, layer ocispecs.Descriptor, mounts []mount.Mount, _ ...diff.ApplyOpt) (ocispecs.Descriptor, error) {
	dir, done, err := folderOf(mounts)
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	defer done()
	if err := a.Folders.CheckWritable(dir); err != nil {
		return ocispecs.Descriptor{}, err
	}
	applied, err := a.unpack(ctx, layer, dir)
	if err != nil {
		return ocispecs.Descriptor{}, a.Folders.Full(err)
	}
	return applied, a.Folders.Settle(dir)
}

func (a *Applier) unpack(ctx context.Context, layer ocispecs.Descriptor, dir string) (ocispecs.Descriptor, error) {
	blob, err := a.Store.ReaderAt(ctx, layer)
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	defer blob.Close()
	stream, err := compression.DecompressStream(content.NewReader(blob))
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	defer stream.Close()
	digester := digest.Canonical.Digester()
	unpacked := &countingReader{reader: io.TeeReader(stream, digester.Hash())}
	attributes := wantedXattrs{}
	var last *tar.Header
	filter := archive.WithFilter(func(header *tar.Header) (bool, error) {
		a.Devices.Replace(header)
		attributes.note(header)
		last = header
		return true, nil
	})
	if _, err := archive.Apply(ctx, dir, unpacked, filter); err != nil {
		return ocispecs.Descriptor{}, fmt.Errorf("unpacking layer %s: %w", layer.Digest, refusedEntry(last, err))
	}
	if _, err := io.Copy(io.Discard, unpacked); err != nil {
		return ocispecs.Descriptor{}, err
	}
	if err := attributes.check(dir); err != nil {
		return ocispecs.Descriptor{}, err
	}
	return ocispecs.Descriptor{
		MediaType: ocispecs.MediaTypeImageLayer,
		Size:      unpacked.count,
		Digest:    digester.Digest(),
	}, nil
}

// refusedEntry names what the kernel refused of the last entry that was read, because the image asks for
// it, and another container of this kind refuses it too.
func refusedEntry(last *tar.Header, err error) error {
	if last == nil || !errors.Is(err, unix.EPERM) {
		return err
	}
	if last.Typeflag == tar.TypeChar || last.Typeflag == tar.TypeBlock {
		return fault.New(fault.DeviceNode, "the device node %q with the numbers %d:%d: %w", last.Name, last.Devmajor, last.Devminor, err)
	}
	for record := range last.PAXRecords {
		if strings.HasPrefix(record, xattrRecord) {
			return fault.New(fault.XattrLost, "layer: %w", err)
		}
	}
	return err
}

// wantedXattrs are the extended attributes of a layer, by path and name. They are checked afterwards,
// because containerd continues if the file system has no room for an attribute. Those that containerd
// ignores by intent are not wanted: trusted.*, and user.* of anything but files and folders.
type wantedXattrs map[string]map[string]string

func (w wantedXattrs) note(header *tar.Header) {
	path := filepath.Join("/", header.Name)
	if path == "/" {
		return // containerd does not change the root folder.
	}
	delete(w, path)
	for record, value := range header.PAXRecords {
		if name, ok := strings.CutPrefix(record, xattrRecord); ok && !strings.HasPrefix(name, "trusted.") {
			if w[path] == nil {
				w[path] = map[string]string{}
			}
			w[path][name] = value
		}
	}
}

func (w wantedXattrs) check(dir string) error {
	for path, attributes := range w {
		parent, err := continuity.RootPath(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		for name, want := range attributes {
			file := filepath.Join(parent, filepath.Base(path))
			value, err := snapshots.ReadXattr(file, name)
			if errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) {
				break // A later entry of the layer removed the file.
			}
			if strings.HasPrefix(name, "user.") && !mayHaveUserXattrs(file) {
				continue
			}
			if err != nil {
				return fault.New(fault.XattrLost, "layer: %w", err)
			}
			if string(value) != want {
				return fault.New(fault.XattrLost, "layer: %s of %q differs from the layer", name, path)
			}
		}
	}
	return nil
}

func mayHaveUserXattrs(file string) bool {
	info, err := os.Lstat(file)
	return err == nil && (info.Mode().IsRegular() || info.IsDir())
}

type countingReader struct {
	reader io.Reader
	count  int64
}

func (c *countingReader) Read(buffer []byte) (int, error) {
	n, err := c.reader.Read(buffer)
	c.count += int64(n)
	return n, err
}
