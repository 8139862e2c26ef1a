// Package daemon assembles BuildKit from its own packages. This module's folders, layers and steps
// replace those that need mount(2).
package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/containerd/containerd/v2/defaults"
	bkconfig "github.com/moby/buildkit/cmd/buildkitd/config"
	"github.com/moby/buildkit/control"
	"github.com/moby/buildkit/frontend"
	"github.com/moby/buildkit/session"
	"github.com/moby/buildkit/solver"
	"github.com/moby/buildkit/solver/bboltcachestorage"
	"github.com/moby/buildkit/util/bklog"
	"github.com/moby/buildkit/util/grpcerrors"
	"github.com/moby/buildkit/worker"
	bolt "go.etcd.io/bbolt"
	"golang.org/x/sys/unix"
	"google.golang.org/grpc"

	"patchwright/worker/builder/internal/device"
)

// Options are the flags of `patchwright-builder serve`.
type Options struct {
	// Root is a folder that is empty or missing.
	Root string
	// Address is unix://PATH.
	Address string
	// ConfigFile is a buildkitd.toml, or empty.
	ConfigFile string
	// Devices is the folder with the device nodes of the worker image.
	Devices string
	// Uncontrolled is called if processes of a step cannot be ended.
	Uncontrolled func(error)
}

// stopLimit is how long Serve waits for running steps after ctx has ended.
const stopLimit = 30 * time.Second

// Serve serves BuildKit's API until ctx ends, and then waits for the running steps, up to stopLimit.
func Serve(ctx context.Context, options Options) error {
	socket, ok := strings.CutPrefix(options.Address, "unix:///")
	if !ok {
		return fmt.Errorf("%q is not the address of a unix socket, such as unix:///run/builder.sock", options.Address)
	}
	if err := makeEmpty(options.Root); err != nil {
		return err
	}
	unix.Umask(0) // As buildkitd does: a file of a layer or of a file operation gets the mode that it asks for.
	config := bkconfig.Config{}
	if options.ConfigFile != "" {
		var err error
		if config, err = bkconfig.LoadFile(options.ConfigFile); err != nil {
			return err
		}
	}
	devices, err := device.NewMaker(options.Root, options.Devices)
	if err != nil {
		return err
	}
	builder, err := newWorker(ctx, options.Root, config.Registries, devices, options.Uncontrolled)
	if err != nil {
		return err
	}
	controller, err := newController(ctx, options.Root, builder)
	if err != nil {
		return err
	}
	defer controller.Close()
	server := grpc.NewServer(
		grpc.UnaryInterceptor(grpcerrors.UnaryServerInterceptor),
		grpc.StreamInterceptor(grpcerrors.StreamServerInterceptor),
		grpc.MaxRecvMsgSize(defaults.DefaultMaxRecvMsgSize),
		grpc.MaxSendMsgSize(defaults.DefaultMaxSendMsgSize))
	controller.Register(server)
	listener, err := listen("/" + socket)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, server.Stop)
	bklog.G(ctx).Infof("serving at %s, device nodes by %s", options.Address, devices.Way())
	if err := server.Serve(listener); err != nil {
		return err
	}
	return builder.waitForSteps(stopLimit)
}

// makeEmpty refuses a folder with contents, because the state of one image must not be reused.
func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%q is not empty", dir)
	}
	return nil
}

func listen(socket string) (net.Listener, error) {
	old := unix.Umask(0o177)
	defer unix.Umask(old)
	return net.Listen("unix", socket)
}

func newController(ctx context.Context, root string, builder *buildWorker) (*control.Controller, error) {
	workers := &worker.Controller{}
	if err := workers.Add(builder); err != nil {
		return nil, err
	}
	sessions, err := session.NewManager()
	if err != nil {
		return nil, err
	}
	cache, err := bboltcachestorage.NewStore(filepath.Join(root, "cache.db"))
	if err != nil {
		return nil, err
	}
	history, err := bolt.Open(filepath.Join(root, "history.db"), 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		return nil, err
	}
	return control.NewController(control.Opt{
		SessionManager:   sessions,
		WorkerController: workers,
		Frontends:        map[string]frontend.Frontend{},
		CacheManager:     solver.NewCacheManager(ctx, "local", cache, worker.NewCacheResultStorage(workers)),
		HistoryDB:        history,
		CacheStore:       cache,
		LeaseManager:     builder.LeaseManager(),
		ContentStore:     builder.ContentStore(),
		GarbageCollect:   builder.GarbageCollect,
		GracefulStop:     ctx.Done(),
	})
}

func (w *buildWorker) waitForSteps(limit time.Duration) error {
	ended := make(chan struct{})
	go func() {
		w.steps.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(limit):
		return errors.New("a step did not end in time")
	}
}
