package step

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/continuity/fs"
	"github.com/moby/sys/user"
)

const defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// programPath finds a program in the root by the step's own PATH. It returns the name unchanged if there is
// no such program, so that the start of it fails.
func programPath(root, name string, env []string) string {
	if strings.Contains(name, "/") {
		return name
	}
	path, ok := variable(env, "PATH")
	if !ok {
		path = defaultPath
	}
	for _, dir := range filepath.SplitList(path) {
		candidate := filepath.Join("/", dir, name)
		real, err := fs.RootPath(root, candidate)
		if err != nil {
			continue
		}
		if info, err := os.Stat(real); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return candidate
		}
	}
	return name
}

// withHome sets HOME as runc does: from the image's passwd file.
func withHome(root string, uid uint32, env []string) []string {
	if _, ok := variable(env, "HOME"); ok {
		return env
	}
	home := "/"
	if path, err := fs.RootPath(root, "/etc/passwd"); err == nil {
		found, err := user.ParsePasswdFileFilter(path, func(one user.User) bool { return one.Uid == int(uid) })
		if err == nil && len(found) > 0 && found[0].Home != "" {
			home = found[0].Home
		}
	}
	return append(append([]string{}, env...), "HOME="+home)
}

func variable(env []string, name string) (string, bool) {
	for _, entry := range env {
		if value, ok := strings.CutPrefix(entry, name+"="); ok {
			return value, true
		}
	}
	return "", false
}
