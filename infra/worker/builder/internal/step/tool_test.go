package step

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestMain lets the test's own binary act as the supervisor, and as the only program of the tested roots.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "step" {
		os.Exit(Supervise())
	}
	if filepath.Base(os.Args[0]) == "tool" {
		os.Exit(tool(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// tool performs its arguments in order; each is VERB:ARGUMENT:ARGUMENT.
func tool(orders []string) int {
	for _, order := range orders {
		verb, rest, _ := strings.Cut(order, ":")
		first, second, _ := strings.Cut(rest, ":")
		err := map[string]func() error{
			"write":    func() error { return os.WriteFile(first, []byte(second), 0o644) },
			"append":   func() error { return appendTo(first, second) },
			"read":     func() error { return show(first) },
			"list":     func() error { return list(first) },
			"move":     func() error { return os.Rename(first, second) },
			"link":     func() error { return os.Symlink(second, first) },
			"hardlink": func() error { return os.Link(first, second) },
			"remove":   func() error { return os.RemoveAll(first) },
			"mkdir":    func() error { return os.MkdirAll(first, 0o755) },
			"say":      func() error { fmt.Println(rest); return nil },
			"env":      func() error { fmt.Println(first + "=" + os.Getenv(first)); return nil },
			"id":       func() error { fmt.Println(os.Getuid(), os.Getgid()); return nil },
			"capable":  func() error { return showCapability(first) },
			"chroot":   func() error { return unix.Chroot(first) },
			"killpid":  func() error { return unix.Kill(os.Getppid(), unix.SIGKILL) },
			"killall":  func() error { return killAll() },
			"connect":  func() error { return connect(rest) },
			"daemon":   func() error { return startDaemon(first) },
			"hold":     func() error { return hold(first) },
			"spin":     func() error { return spin(first) },
			"fill":     func() error { return fillDisk(first) },
			"fail":     func() error { return errors.New("told to fail") },
		}[verb]()
		if err != nil {
			fmt.Fprintln(os.Stderr, order, err)
			return 3
		}
	}
	return 0
}

// killAll succeeds too if there is no other process that it may end.
func killAll() error {
	if err := unix.Kill(-1, unix.SIGKILL); err != unix.EPERM {
		return err
	}
	return nil
}

func connect(address string) error {
	connection, err := net.Dial("unix", address)
	if err != nil {
		return err
	}
	return connection.Close()
}

func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.WriteString(file, text)
	return err
}

func show(path string) error {
	content, err := os.ReadFile(path)
	fmt.Printf("%s\n", content)
	return err
}

func list(path string) error {
	entries, err := os.ReadDir(path)
	for _, entry := range entries {
		fmt.Println(entry.Name(), entry.Type())
	}
	return err
}

func showCapability(number string) error {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var sets [2]unix.CapUserData
	capability, err := strconv.Atoi(number)
	if err == nil {
		err = unix.Capget(&header, &sets[0])
	}
	fmt.Println(sets[capability/32].Permitted&(1<<(capability%32)) != 0)
	return err
}

// fillDisk writes until the disk is full.
func fillDisk(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	for block := make([]byte, 1<<20); err == nil; {
		_, err = file.Write(block)
	}
	return err
}

// startDaemon starts a process in a new session, whose parent ends immediately, and which writes its
// process id outside of any pid namespace.
func startDaemon(path string) error {
	child := exec.Command("/bin/tool", "spin:"+path)
	child.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		return err
	}
	return waitFor(func() bool { _, err := os.Stat(path); return err == nil })
}

// hold listens at an abstract socket, which only one process of the network namespace can, and prints lines.
func hold(name string) error {
	listener, err := net.Listen("unix", name)
	if err != nil {
		return err
	}
	for range 5000 {
		fmt.Println("held")
	}
	return listener.Close()
}

// spin runs until it is killed with a signal that cannot be ignored.
func spin(path string) error {
	signal.Ignore(syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT)
	if err := os.WriteFile(path+".new", []byte(fmt.Sprint(os.Getpid())), 0o644); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	select {}
}

func waitFor(condition func() bool) error {
	for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(time.Millisecond) {
		if condition() {
			return nil
		}
	}
	return errors.New("waited for a minute")
}
