// cage-spec prints the config.json with which runc runs a command as a Standard container group does:
// Docker's 14 capabilities and its seccomp profile, own namespaces except the network, a masked /proc and
// a read-only cgroup.
//
//	cage-spec --rootfs DIR [--no-new-privileges=false] [--deny mknod,chroot] [--drop MKNOD]
//	          [--bind FROM:TO[:ro]]... [--env NAME=VALUE]... [--cwd DIR] [--cgroup PATH] -- COMMAND [ARGUMENT]...
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
)

type list []string

func (l *list) String() string         { return strings.Join(*l, ",") }
func (l *list) Set(value string) error { *l = append(*l, value); return nil }

// options are the parsed flags.
type options struct {
	rootfs          string
	command         []string
	cwd             string
	cgroup          string
	noNewPrivileges bool
	deny            []string
	drop            []string
	binds           []string
	env             []string
}

func main() {
	options, err := parse(os.Args[1:])
	if err == nil {
		err = printSpec(options)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "cage-spec:", err)
		os.Exit(1)
	}
}

func parse(arguments []string) (options, error) {
	var parsed options
	var deny, drop, binds, env list
	set := flag.NewFlagSet("cage-spec", flag.ContinueOnError)
	set.StringVar(&parsed.rootfs, "rootfs", "", "absolute path of the root file system")
	set.BoolVar(&parsed.noNewPrivileges, "no-new-privileges", true, "as ACI may set it")
	set.StringVar(&parsed.cwd, "cwd", "/", "working folder of the command")
	set.StringVar(&parsed.cgroup, "cgroup", "", "cgroup of the container; runc's default if empty")
	set.Var(&deny, "deny", "system calls to refuse with EPERM: "+strings.Join(deniable(), ", "))
	set.Var(&drop, "drop", "capabilities to drop, such as MKNOD")
	set.Var(&binds, "bind", "FROM:TO or FROM:TO:ro")
	set.Var(&env, "env", "NAME=VALUE")
	if err := set.Parse(arguments); err != nil {
		return parsed, err
	}
	parsed.command, parsed.binds, parsed.env = set.Args(), binds, env
	parsed.deny, parsed.drop = split(deny), split(drop)
	if !strings.HasPrefix(parsed.rootfs, "/") || len(parsed.command) == 0 {
		return parsed, fmt.Errorf("--rootfs DIR and a command are needed")
	}
	return parsed, nil
}

func split(values []string) []string {
	var all []string
	for _, value := range values {
		for _, one := range strings.Split(value, ",") {
			if one != "" {
				all = append(all, one)
			}
		}
	}
	return all
}

func printSpec(options options) error {
	spec, err := makeSpec(options)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(spec)
}
