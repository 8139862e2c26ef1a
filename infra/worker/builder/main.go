// patchwright-builder is BuildKit without mount(2): see README.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/moby/buildkit/version"

	"patchwright/worker/builder/internal/daemon"
	"patchwright/worker/builder/internal/device"
	"patchwright/worker/builder/internal/probe"
	"patchwright/worker/builder/internal/step"
)

const (
	exitFailed       = 1
	exitUsage        = 2
	exitUncontrolled = 70
)

const usage = `usage: patchwright-builder probe --root DIR [--devices DIR]
       patchwright-builder serve --root DIR --addr unix://SOCKET [--config FILE] [--devices DIR]
       patchwright-builder version
`

func main() {
	if len(os.Args) < 2 {
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
	switch name, arguments := os.Args[1], os.Args[2:]; name {
	case "serve":
		os.Exit(serve(arguments))
	case "probe":
		os.Exit(runProbe(arguments))
	case "version":
		fmt.Println("patchwright-builder with BuildKit", version.Version)
	case "step":
		os.Exit(step.Supervise())
	case probe.TrialCommand:
		os.Exit(probe.Trial(arguments))
	case probe.NamespaceCommand:
		os.Exit(probe.Namespace(arguments))
	default:
		fmt.Fprint(os.Stderr, usage)
		os.Exit(exitUsage)
	}
}

// flags parses the flags of both commands; false means wrong usage.
func flags(name string, arguments []string, more func(*flag.FlagSet)) (root, devices string, ok bool) {
	set := flag.NewFlagSet(name, flag.ContinueOnError)
	set.StringVar(&root, "root", "", "folder for all state, empty or missing")
	set.StringVar(&devices, "devices", device.DefaultFolder, "folder with the device nodes of the worker image")
	if more != nil {
		more(set)
	}
	err := set.Parse(arguments)
	return root, devices, err == nil && root != "" && set.NArg() == 0
}

func serve(arguments []string) int {
	var address, config string
	root, devices, ok := flags("serve", arguments, func(set *flag.FlagSet) {
		set.StringVar(&address, "addr", "", "unix socket to serve at, such as unix:///run/builder.sock")
		set.StringVar(&config, "config", "", "buildkitd.toml; only its registry sections are read")
	})
	if !ok || address == "" {
		fmt.Fprint(os.Stderr, usage)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	err := daemon.Serve(ctx, daemon.Options{
		Root: root, Address: address, ConfigFile: config, Devices: devices,
		Uncontrolled: func(err error) {
			fmt.Fprintln(os.Stderr, "patchwright-builder:", err)
			os.Exit(exitUncontrolled)
		},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "patchwright-builder:", err)
		return exitFailed
	}
	return 0
}

func runProbe(arguments []string) int {
	root, devices, ok := flags("probe", arguments, nil)
	if !ok {
		fmt.Fprint(os.Stderr, usage)
		return exitUsage
	}
	if err := probe.Print(os.Stdout, root, devices); err != nil {
		fmt.Fprintln(os.Stderr, "patchwright-builder:", err)
		return exitFailed
	}
	return 0
}
