package daemon

import (
	"context"
	"os"
	"path/filepath"

	ctdmetadata "github.com/containerd/containerd/v2/core/metadata"
	ctdsnapshots "github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/containerd/platforms"
	"github.com/moby/buildkit/cache/metadata"
	"github.com/moby/buildkit/frontend"
	"github.com/moby/buildkit/session"
	containerdsnapshot "github.com/moby/buildkit/snapshot/containerd"
	"github.com/moby/buildkit/solver"
	"github.com/moby/buildkit/solver/pb"
	"github.com/moby/buildkit/util/leaseutil"
	"github.com/moby/buildkit/util/resolver"
	resolverconfig "github.com/moby/buildkit/util/resolver/config"
	"github.com/moby/buildkit/worker"
	"github.com/moby/buildkit/worker/base"
	ocispecs "github.com/opencontainers/image-spec/specs-go/v1"
	bolt "go.etcd.io/bbolt"

	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/layers"
	"patchwright/worker/builder/internal/snapshots"
	"patchwright/worker/builder/internal/step"
)

const (
	namespace = "buildkit"
	// snapshotterName is containerd's name for plain folders. It makes BuildKit merge by hard links between
	// committed folders, and not search for layers in overlay mounts.
	snapshotterName = "native"
)

// buildWorker is BuildKit's worker, but refuses unsupported steps before they begin.
type buildWorker struct {
	*base.Worker
	steps *step.Executor
}

func (w *buildWorker) ResolveOp(vertex solver.Vertex, bridge frontend.FrontendLLBBridge, sessions *session.Manager, proxy worker.ProxyOpt) (solver.Op, error) {
	if op, ok := vertex.Sys().(*pb.Op); ok {
		if exec, ok := op.Op.(*pb.Op_Exec); ok {
			if err := step.RefuseMounts(exec.Exec); err != nil {
				return nil, err
			}
		}
	}
	return w.Worker.ResolveOp(vertex, bridge, sessions, proxy)
}

func newWorker(ctx context.Context, root string, registries map[string]resolverconfig.RegistryConfig, devices device.Maker, uncontrolled func(error)) (*buildWorker, error) {
	stepsDir := filepath.Join(root, "steps")
	if err := os.Mkdir(stepsDir, 0o700); err != nil {
		return nil, err
	}
	folders, err := snapshots.New(filepath.Join(root, "snapshots"))
	if err != nil {
		return nil, err
	}
	store, err := local.NewStore(filepath.Join(root, "content"))
	if err != nil {
		return nil, err
	}
	// The state does not outlive the process, so no write needs to be synced to the disk.
	db, err := bolt.Open(filepath.Join(root, "containerd.db"), 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	records := ctdmetadata.NewDB(db, store, map[string]ctdsnapshots.Snapshotter{snapshotterName: folders})
	if err := records.Init(ctx); err != nil {
		return nil, err
	}
	cache, err := metadata.NewStore(filepath.Join(root, "refs.db"))
	if err != nil {
		return nil, err
	}
	id, err := base.ID(root)
	if err != nil {
		return nil, err
	}
	content := containerdsnapshot.NewContentStore(records.ContentStore(), namespace)
	steps := &step.Executor{Dir: stepsDir, Folders: folders, Devices: devices, Uncontrolled: uncontrolled}
	made, err := base.NewWorker(ctx, base.WorkerOpt{
		ID:             id,
		Root:           root,
		Labels:         map[string]string{},
		Platforms:      []ocispecs.Platform{platforms.Normalize(platforms.DefaultSpec())},
		Executor:       steps,
		Snapshotter:    containerdsnapshot.NewSnapshotter(snapshotterName, records.Snapshotter(snapshotterName), namespace, nil),
		ContentStore:   content,
		Applier:        &layers.Applier{Store: content, Folders: folders, Devices: devices},
		Differ:         &layers.Differ{Store: content, Folders: folders, Devices: devices},
		RegistryHosts:  resolver.NewRegistryConfig(registries),
		LeaseManager:   leaseutil.WithNamespace(ctdmetadata.NewLeaseManager(records), namespace),
		GarbageCollect: records.GarbageCollect,
		MetadataStore:  cache,
		MountPoolRoot:  filepath.Join(root, "cachemounts"),
	})
	if err != nil {
		return nil, err
	}
	return &buildWorker{Worker: made, steps: steps}, nil
}
