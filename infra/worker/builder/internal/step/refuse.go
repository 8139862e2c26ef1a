package step

import (
	"github.com/moby/buildkit/executor"
	"github.com/moby/buildkit/solver/pb"

	"patchwright/worker/builder/internal/fault"
)

// refuseStep refuses a step that asks for something impossible without mount(2) and namespaces.
func refuseStep(root executor.Mount, meta executor.Meta) error {
	for _, asked := range []struct {
		what string
		is   bool
	}{
		{"a read-only root", root.Readonly || meta.ReadonlyRootFS},
		{"a root that is a part of a snapshot", root.Selector != "" && root.Selector != "/"},
		{"a terminal", meta.Tty},
		{"no network", meta.NetMode == pb.NetMode_NONE},
		{"insecure mode", meta.SecurityMode == pb.SecurityMode_INSECURE},
		{"hosts of its own", len(meta.ExtraHosts) > 0},
		{"resource limits", len(meta.Ulimit) > 0 || meta.CgroupParent != ""},
		{"devices", len(meta.CDIDevices) > 0},
		{"a proxy network", meta.Proxy != nil},
	} {
		if asked.is {
			return fault.New(fault.UnsupportedStep, "a step asks for %s", asked.what)
		}
	}
	return nil
}

// RefuseMounts refuses mounts of a step that are impossible without mount(2).
func RefuseMounts(step *pb.ExecOp) error {
	for _, mount := range step.Mounts {
		switch mount.MountType {
		case pb.MountType_BIND:
		case pb.MountType_CACHE, pb.MountType_TMPFS, pb.MountType_SECRET, pb.MountType_SSH:
			return fault.New(fault.UnsupportedStep, "a step asks for a %s mount at %s", mount.MountType, mount.Dest)
		default:
			return fault.New(fault.UnsupportedStep, "a step asks for a mount of an unknown type at %s", mount.Dest)
		}
	}
	return nil
}
