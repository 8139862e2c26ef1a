// Package probe tries the needs of each builder and reports which builder this container can run.
package probe

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Need is the result of one trial. README.md documents the JSON.
type Need struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Call    string `json:"call,omitempty"`
	Errno   string `json:"errno,omitempty"`
	Lasting *bool  `json:"lasting,omitempty"`
}

// Report is the one JSON document that is printed.
type Report struct {
	Version     int    `json:"version"`
	Builder     string `json:"builder"`
	DeviceNodes string `json:"deviceNodes,omitempty"`
	Needs       []Need `json:"needs"`
	Refusals    []Need `json:"refusals"`
}

// Print probes in root and writes the report. It creates root if it is missing, and leaves it empty.
func Print(to io.Writer, root, devices string) error {
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(root, "probe-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	return json.NewEncoder(to).Encode(choose(tryAll(scratch, devices)))
}

// choose returns the builder whose needs are met.
func choose(needs []Need) Report {
	met := map[string]bool{}
	for _, need := range needs {
		met[need.Name] = need.OK
	}
	report := Report{Version: 1, Builder: "none", Needs: needs, Refusals: []Need{}}
	if met[mountNeed] && met[namespacesNeed] && met[cgroupNeed] && met[upstreamNeed] {
		report.Builder = "upstream"
		return report
	}
	anyDevice := met[mknodNeed] || met[linkedDevicesNeed]
	for _, need := range needs {
		isDevice := need.Name == mknodNeed || need.Name == linkedDevicesNeed
		required := isRequired(need.Name) || (isDevice && !anyDevice)
		if required && !need.OK {
			report.Refusals = append(report.Refusals, need)
		}
	}
	if len(report.Refusals) > 0 {
		return report
	}
	report.Builder, report.DeviceNodes = "mount-free", "links"
	if met[mknodNeed] {
		report.DeviceNodes = "mknod"
	}
	return report
}

// lastingErrors are errors that every container of the same kind returns.
var lastingErrors = []syscall.Errno{
	unix.EPERM, unix.EACCES, unix.ENOSYS, unix.EOPNOTSUPP, unix.EXDEV, unix.ENODEV, unix.ENXIO,
	unix.ENOENT, unix.EINVAL, unix.EROFS,
}

// result turns an error of package os into a need, with the name of the call and of the errno.
func result(name string, err error) Need {
	if err == nil {
		return Need{Name: name, OK: true}
	}
	need := Need{Name: name, Call: "unknown", Errno: "EIO"}
	var path *fs.PathError
	var link *os.LinkError
	var call *os.SyscallError
	switch {
	case errors.As(err, &path):
		need.Call = path.Op
	case errors.As(err, &link):
		need.Call = link.Op
	case errors.As(err, &call):
		need.Call = call.Syscall
	}
	lasting := false
	var errno syscall.Errno
	if errors.As(err, &errno) {
		need.Errno = unix.ErrnoName(errno)
		if need.Errno == "" {
			need.Errno = fmt.Sprintf("E%d", int(errno)) // The name may be newer than this package.
		}
		for _, one := range lastingErrors {
			lasting = lasting || one == errno
		}
	}
	need.Lasting = &lasting
	return need
}
