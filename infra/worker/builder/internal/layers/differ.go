package layers

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/core/diff"
	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/pkg/archive"
	"github.com/containerd/containerd/v2/pkg/archive/compression"
	"github.com/containerd/containerd/v2/pkg/labels"
	continuity "github.com/containerd/continuity/fs"
	"github.com/containerd/errdefs"
	digest "github.com/opencontainers/go-digest"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/fault"
)

// Differ packs the difference between two folders as a layer.
type Differ struct {
	Store   content.Store
	Folders Folders
	Devices device.Maker
}

var _ diff.Comparer = (*Differ)(nil)

func (d *Differ) Compare(ctx context.Context, lower, upper []mount.Mount, opts ...diff.Opt) (ocispecs.Descriptor, error) {
	var config diff.Config
	for _, option := range opts {
		if err := option(&config); err != nil {
			return ocispecs.Descriptor{}, err
		}
	}
	if config.MediaType == "" {
		config.MediaType = ocispecs.MediaTypeImageLayerGzip
	}
	if config.Reference == "" {
		config.Reference = "diff-" + time.Now().Format(time.RFC3339Nano)
	}
	lowerDir, done, err := folderOf(lower)
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	defer done()
	upperDir, done, err := folderOf(upper)
	if err != nil {
		return ocispecs.Descriptor{}, err
	}
	defer done()
	if err := d.refuseStandIns(ctx, lowerDir, upperDir); err != nil {
		return ocispecs.Descriptor{}, err
	}
	packed, err := d.pack(ctx, lowerDir, upperDir, config)
	return packed, d.Folders.Full(err)
}

// refuseStandIns fails if a file that replaces a device node of the image would get into a new layer.
func (d *Differ) refuseStandIns(ctx context.Context, lower, upper string) error {
	if !d.Devices.StandIns {
		return nil
	}
	return continuity.Changes(ctx, lower, upper, func(kind continuity.ChangeKind, path string, info os.FileInfo, err error) error {
		if err != nil || (kind != continuity.ChangeKindAdd && kind != continuity.ChangeKindModify) || !info.Mode().IsRegular() {
			return err
		}
		if node := device.StandIn(filepath.Join(upper, path)); node != "" {
			return fault.New(fault.DeviceNode, "a step changed %s, the device node %s, and this container may not make any", path, node)
		}
		return nil
	})
}

func (d *Differ) pack(ctx context.Context, lower, upper string, config diff.Config) (ocispecs.Descriptor, error) {
	nothing := ocispecs.Descriptor{}
	writer, err := content.OpenWriter(ctx, d.Store, content.WithRef(config.Reference),
		content.WithDescriptor(ocispecs.Descriptor{MediaType: config.MediaType}))
	if err != nil {
		return nothing, err
	}
	defer writer.Close()
	if err := writer.Truncate(0); err != nil {
		return nothing, err
	}
	digester := digest.Canonical.Digester()
	compressed, err := compress(writer, config)
	if err != nil {
		return nothing, err
	}
	var options []archive.WriteDiffOpt
	if config.SourceDateEpoch != nil {
		options = append(options, archive.WithSourceDateEpoch(config.SourceDateEpoch))
	}
	if err := archive.WriteDiff(ctx, io.MultiWriter(compressed, digester.Hash()), lower, upper, options...); err != nil {
		compressed.Close()
		return nothing, err
	}
	if err := compressed.Close(); err != nil {
		return nothing, err
	}
	if config.Labels == nil {
		config.Labels = map[string]string{}
	}
	config.Labels[labels.LabelUncompressed] = digester.Digest().String()
	packed := writer.Digest()
	if err := writer.Commit(ctx, 0, packed, content.WithLabels(config.Labels)); err != nil && !errdefs.IsAlreadyExists(err) {
		return nothing, err
	}
	info, err := d.Store.Info(ctx, packed)
	if err != nil {
		return nothing, err
	}
	return ocispecs.Descriptor{MediaType: config.MediaType, Size: info.Size, Digest: info.Digest}, nil
}

func compress(writer io.Writer, config diff.Config) (io.WriteCloser, error) {
	switch {
	case config.Compressor != nil:
		return config.Compressor(writer, config.MediaType)
	case config.MediaType == ocispecs.MediaTypeImageLayer:
		return compression.CompressStream(writer, compression.Uncompressed)
	case strings.HasSuffix(config.MediaType, "gzip"):
		return compression.CompressStream(writer, compression.Gzip)
	}
	return nil, fmt.Errorf("a layer of type %s cannot be written", config.MediaType)
}
