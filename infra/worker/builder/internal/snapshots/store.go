// Package snapshots keeps the file systems of images as plain folders, without mount(2).
//
// A committed folder never changes. A writable folder has private copies of all files of its parent.
// When it settles, hard links to the parent's files replace untouched files, and the free private copies
// become the next writable folder of the same image.
package snapshots

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/containerd/containerd/v2/core/mount"
	"github.com/containerd/containerd/v2/core/snapshots"
	"github.com/containerd/containerd/v2/core/snapshots/storage"

	"patchwright/worker/builder/internal/fault"
)

// Store is a snapshotter of plain folders. Its mounts are binds whose sources are used as paths.
type Store struct {
	root      string
	ms        *storage.MetaStore
	freeBytes func(folder string) (int64, error)
	link      func(source, to string) error

	// mu is held during every copy too, because two concurrent copies would both see the same free space.
	mu       sync.Mutex
	private  map[string]*private
	spares   []*spare
	sequence int
}

var _ snapshots.Snapshotter = (*Store)(nil)

// New makes a store in an empty or missing folder.
func New(root string) (*Store, error) {
	for _, name := range []string{"folders", "temporary"} {
		if err := os.MkdirAll(filepath.Join(root, name), 0o700); err != nil {
			return nil, err
		}
	}
	// The path is resolved, as /proc names open files.
	root, err := filepath.EvalSymlinks(root)
	if err == nil {
		root, err = filepath.Abs(root)
	}
	if err != nil {
		return nil, err
	}
	ms, err := storage.NewMetaStore(filepath.Join(root, "metadata.db"))
	if err != nil {
		return nil, err
	}
	return &Store{root: root, ms: ms, freeBytes: freeBytes, link: os.Link, private: map[string]*private{}}, nil
}

func (s *Store) dir(id string) string { return filepath.Join(s.root, "folders", id) }

func (s *Store) temporary() string {
	s.sequence++
	return filepath.Join(s.root, "temporary", strconv.Itoa(s.sequence))
}

func (s *Store) Prepare(ctx context.Context, key, parent string, opts ...snapshots.Opt) ([]mount.Mount, error) {
	return s.create(ctx, snapshots.KindActive, key, parent, opts)
}

// View returns the committed folder itself.
func (s *Store) View(ctx context.Context, key, parent string, opts ...snapshots.Opt) ([]mount.Mount, error) {
	return s.create(ctx, snapshots.KindView, key, parent, opts)
}

func (s *Store) create(ctx context.Context, kind snapshots.Kind, key, parent string, opts []snapshots.Opt) ([]mount.Mount, error) {
	var snapshot storage.Snapshot
	err := s.ms.WithTransaction(ctx, true, func(ctx context.Context) (err error) {
		snapshot, err = storage.CreateSnapshot(ctx, kind, key, parent, opts...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.makeFolder(kind, snapshot); err != nil {
		return nil, errors.Join(err, s.Remove(ctx, key))
	}
	return s.mounts(snapshot), nil
}

func (s *Store) makeFolder(kind snapshots.Kind, snapshot storage.Snapshot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	dir := s.dir(snapshot.ID)
	if kind == snapshots.KindView && len(snapshot.ParentIDs) > 0 {
		return nil
	}
	made := &private{}
	var err error
	if len(snapshot.ParentIDs) > 0 {
		made, err = s.fillFolder(dir, snapshot.ParentIDs)
	} else if err = os.Mkdir(dir, 0o755); err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return err
	}
	if kind == snapshots.KindActive {
		s.private[snapshot.ID] = made
	}
	return nil
}

func (s *Store) mounts(snapshot storage.Snapshot) []mount.Mount {
	id := snapshot.ID
	if snapshot.Kind == snapshots.KindView && len(snapshot.ParentIDs) > 0 {
		id = snapshot.ParentIDs[0]
	}
	return []mount.Mount{{Type: "bind", Source: s.dir(id), Options: []string{"rbind", "rw"}}}
}

func (s *Store) Mounts(ctx context.Context, key string) (mounts []mount.Mount, err error) {
	err = s.ms.WithTransaction(ctx, false, func(ctx context.Context) error {
		snapshot, err := storage.GetSnapshot(ctx, key)
		if err == nil {
			mounts = s.mounts(snapshot)
		}
		return err
	})
	return mounts, err
}

// Commit settles a folder that no step has settled, for example that of a file operation.
func (s *Store) Commit(ctx context.Context, name, key string, opts ...snapshots.Opt) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var id string
	err := s.ms.WithTransaction(ctx, false, func(ctx context.Context) error {
		snapshot, err := storage.GetSnapshot(ctx, key)
		id = snapshot.ID
		return err
	})
	if err != nil {
		return err
	}
	if err := s.settle(id); err != nil {
		return err
	}
	err = s.ms.WithTransaction(ctx, true, func(ctx context.Context) error {
		_, err := storage.CommitActive(ctx, key, name, snapshots.Usage{}, opts...)
		return err
	})
	if err == nil {
		delete(s.private, id)
	}
	return err
}

// Settle is called at the end of a step or layer, after the last write to the folder.
func (s *Store) Settle(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.settle(filepath.Base(dir))
}

// CheckWritable refuses a folder that is not a writable one of this store, or that has settled.
func (s *Store) CheckWritable(dir string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := filepath.Base(dir)
	if folder := s.private[id]; s.dir(id) != dir || folder == nil || folder.settled {
		return fmt.Errorf("%q is not a folder to write to", dir)
	}
	return nil
}

func (s *Store) Remove(ctx context.Context, key string) error {
	var id string
	err := s.ms.WithTransaction(ctx, true, func(ctx context.Context) (err error) {
		id, _, err = storage.Remove(ctx, key)
		return err
	})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.private, id)
	gone := s.temporary()
	if err := os.Rename(s.dir(id), gone); err != nil && !os.IsNotExist(err) {
		return err
	}
	return errors.Join(s.dropForgotten(id), os.RemoveAll(gone))
}

func (s *Store) Stat(ctx context.Context, key string) (info snapshots.Info, err error) {
	err = s.ms.WithTransaction(ctx, false, func(ctx context.Context) error {
		_, info, _, err = storage.GetInfo(ctx, key)
		return err
	})
	return info, err
}

func (s *Store) Update(ctx context.Context, info snapshots.Info, fields ...string) (updated snapshots.Info, err error) {
	err = s.ms.WithTransaction(ctx, true, func(ctx context.Context) error {
		updated, err = storage.UpdateInfo(ctx, info, fields...)
		return err
	})
	return updated, err
}

// Usage returns nothing, because folders share files and nothing is pruned while a job runs.
func (s *Store) Usage(ctx context.Context, key string) (snapshots.Usage, error) {
	_, err := s.Stat(ctx, key)
	return snapshots.Usage{}, err
}

func (s *Store) Walk(ctx context.Context, visit snapshots.WalkFunc, filters ...string) error {
	return s.ms.WithTransaction(ctx, false, func(ctx context.Context) error {
		return storage.WalkInfo(ctx, visit, filters...)
	})
}

func (s *Store) Close() error { return s.ms.Close() }

// Full turns an error of a full disk in another part into "image too large".
func (s *Store) Full(err error) error { return fault.IfFull(err, s.root) }
