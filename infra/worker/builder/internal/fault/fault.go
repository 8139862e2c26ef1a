// Package fault names the failures that the worker distinguishes in Copa's output.
package fault

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Code is one of the codes that README.md lists. It is also a target for errors.Is.
type Code string

func (c Code) Error() string { return string(c) }

const (
	ImageTooLarge   Code = "image-too-large"
	NeedsProc       Code = "needs-proc"
	UnsupportedStep Code = "unsupported-step"
	StepNotUndone   Code = "step-not-undone"
	XattrLost       Code = "xattr-lost"
	DeviceNode      Code = "device-node"
)

// New returns an error that the worker recognizes.
func New(code Code, format string, arguments ...any) error {
	return fmt.Errorf("patchwright-builder: %w: %w", code, fmt.Errorf(format, arguments...))
}

// IfFull turns the error of a full disk into "image too large". folder identifies the disk.
func IfFull(err error, folder string) error {
	if !errors.Is(err, unix.ENOSPC) && !errors.Is(err, unix.EDQUOT) {
		return err
	}
	var stat unix.Statfs_t
	_ = unix.Statfs(folder, &stat)
	return New(ImageTooLarge, "the disk is full: %d of %d bytes are free: %w",
		int64(stat.Bavail)*stat.Bsize, int64(stat.Blocks)*stat.Bsize, err)
}
