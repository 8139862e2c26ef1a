// Package testtree makes, changes and compares file trees for tests.
package testtree

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// RequireRoot skips the test unless it runs as root, and prints the reason even without -v.
func RequireRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		fmt.Fprintf(os.Stderr, "%s is skipped: it needs root\n", t.Name())
		t.Skip("it needs root")
	}
}

// Must ends the test at an error.
func Must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Describe returns one line for each entry of a tree, including the root: all its properties in a layer,
// and the names that are hard links to the same file.
func Describe(t testing.TB, root string) string {
	t.Helper()
	var lines []string
	first := map[uint64]string{}
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		var stat unix.Stat_t
		if err := unix.Lstat(path, &stat); err != nil {
			return err
		}
		line := fmt.Sprintf("%q mode=%o owner=%d:%d device=%d time=%d.%d", rel, stat.Mode, stat.Uid, stat.Gid, stat.Rdev, stat.Mtim.Sec, stat.Mtim.Nsec)
		for _, attribute := range attributes(t, path) {
			line += " " + attribute
		}
		switch stat.Mode & unix.S_IFMT {
		case unix.S_IFLNK:
			target, _ := os.Readlink(path)
			line += fmt.Sprintf(" to=%q", target)
		case unix.S_IFREG:
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			line += fmt.Sprintf(" content=%x", sha256.Sum256(content))
			if same, ok := first[stat.Ino]; ok {
				line += fmt.Sprintf(" link=%q", same)
			} else {
				first[stat.Ino] = rel
			}
		}
		lines = append(lines, line)
		return nil
	})
	Must(t, err)
	return strings.Join(lines, "\n")
}

func attributes(t testing.TB, path string) []string {
	buffer := make([]byte, 1<<16)
	n, err := unix.Llistxattr(path, buffer)
	if err == unix.ENOTSUP {
		return nil
	}
	Must(t, err)
	var all []string
	for _, name := range strings.Split(string(buffer[:n]), "\x00") {
		if name != "" {
			value := make([]byte, 1<<16)
			n, err := unix.Lgetxattr(path, name, value)
			Must(t, err)
			all = append(all, name+"="+hex.EncodeToString(value[:n]))
		}
	}
	sort.Strings(all)
	return all
}

// Inodes are the regular files of a tree.
func Inodes(t testing.TB, root string) map[uint64]string {
	found := map[uint64]string{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			var stat unix.Stat_t
			Must(t, unix.Lstat(path, &stat))
			found[stat.Ino] = path
		}
		return err
	})
	Must(t, err)
	return found
}

// Write makes a file and the folders above it.
func Write(t testing.TB, path, content string) {
	t.Helper()
	Must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	Must(t, os.WriteFile(path, []byte(content), 0o644))
}

// Capability is a value of security.capability: cap_net_raw=ep.
var Capability = []byte{1, 0, 0, 2, 0, 32, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

// Odd fills a folder with entries whose properties are easily lost, and with plain files d0/f0…d4/f39.
func Odd(t testing.TB, root string) {
	t.Helper()
	Write(t, root+"/usr/bin/a", "a")
	Must(t, os.Symlink("usr/bin", root+"/bin"))
	Must(t, os.Link(root+"/usr/bin/a", root+"/usr/bin/b"))
	Must(t, os.Symlink("/nowhere", root+"/dangling"))
	Must(t, os.Link(root+"/dangling", root+"/dangling-too"))
	sparse, err := os.Create(root + "/sparse")
	Must(t, err)
	Must(t, sparse.Truncate(1<<20))
	_, err = sparse.WriteAt([]byte("x"), 512<<10)
	Must(t, err)
	Must(t, sparse.Close())
	Write(t, root+"/setuid", "s")
	Must(t, os.Chown(root+"/setuid", 33, 44))
	Must(t, unix.Chmod(root+"/setuid", 0o6755))
	Must(t, unix.Mknod(root+"/null", unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))))
	Must(t, unix.Mkfifo(root+"/fifo", 0o640))
	Write(t, root+"/n\xe9\xff\xfe", "no UTF-8")
	Write(t, root+"/new\nline", "n")
	Write(t, root+"/capable", "p")
	Must(t, unix.Lsetxattr(root+"/capable", "security.capability", Capability, 0))
	Must(t, unix.Lsetxattr(root+"/usr/bin/a", "user.x", []byte("1"), 0))
	Must(t, unix.Lsetxattr(root+"/usr", "user.folder", []byte(strings.Repeat("long", 300)), 0))
	Must(t, os.Mkdir(root+"/locked", 0))
	Must(t, unix.Chmod(root+"/locked", 0o1000))
	for i := range 40 {
		Write(t, fmt.Sprintf("%s/d%d/f%d", root, i%5, i), fmt.Sprint("v", i))
	}
	for i := range 15 { // Two names in different folders: one may move with its folder.
		Must(t, os.Link(fmt.Sprintf("%s/d%d/f%d", root, i%5, i), fmt.Sprintf("%s/d%d/l%d", root, (i+1)%5, i)))
	}
	for _, rel := range []string{"usr/bin/a", "sparse", "capable", "usr", "locked", "d1", "d1/f1", ""} {
		old := []unix.Timespec{{Sec: 1e9, Nsec: 5}, {Sec: 1e9, Nsec: 7}}
		Must(t, unix.UtimesNanoAt(unix.AT_FDCWD, filepath.Join(root, rel), old, 0))
	}
}

// WithoutCapability calls run in a thread that has lost a capability. Its children cannot regain it.
func WithoutCapability(capability int, run func()) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // Never unlocked: the thread ends with this function.
		err := dropCapability(capability)
		if err == nil {
			run()
		}
		done <- err
	}()
	return <-done
}

func dropCapability(capability int) error {
	if err := unix.Prctl(unix.PR_CAPBSET_DROP, uintptr(capability), 0, 0, 0); err != nil {
		return err
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	if err := unix.Capget(&header, &sets[0]); err != nil {
		return err
	}
	set, bit := &sets[capability/32], uint32(1)<<(capability%32)
	set.Effective, set.Permitted, set.Inheritable = set.Effective&^bit, set.Permitted&^bit, set.Inheritable&^bit
	return unix.Capset(&header, &sets[0])
}
