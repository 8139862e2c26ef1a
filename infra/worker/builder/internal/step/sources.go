package step

import (
	"context"

	"github.com/moby/buildkit/executor"

	"patchwright/worker/builder/internal/fault"
)

// sources keeps the folders of a step's mounts until it has ended.
type sources struct{ releases []func() error }

func (s *sources) dir(ctx context.Context, mount executor.Mount) (string, error) {
	mountable, err := mount.Src.Mount(ctx, mount.Readonly)
	if err != nil {
		return "", err
	}
	mounts, release, err := mountable.Mount()
	if err != nil {
		return "", err
	}
	if release != nil {
		s.releases = append(s.releases, release)
	}
	if len(mounts) != 1 || (mounts[0].Type != "bind" && mounts[0].Type != "rbind") {
		return "", fault.New(fault.UnsupportedStep, "a step asks for a mount at %s that is not a folder of the image: %v", mount.Dest, mounts)
	}
	return mounts[0].Source, nil
}

func (s *sources) release() {
	for _, release := range s.releases {
		_ = release()
	}
}
