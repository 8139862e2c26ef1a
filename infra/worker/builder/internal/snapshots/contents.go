package snapshots

import (
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// copyContents makes path a new file with the contents of source. It keeps holes, and shares blocks if
// the file system can.
func copyContents(path, source string) error {
	in, err := os.OpenFile(source, os.O_RDONLY|unix.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	if err := fill(out, in); err != nil {
		out.Close()
		return fmt.Errorf("copying %q: %w", source, err)
	}
	return out.Close()
}

func fill(out, in *os.File) error {
	var stat unix.Stat_t
	if err := unix.Fstat(int(in.Fd()), &stat); err != nil {
		return err
	}
	if stat.Size == 0 || unix.IoctlFileClone(int(out.Fd()), int(in.Fd())) == nil {
		return nil
	}
	if stat.Blocks*512 >= stat.Size {
		_, err := io.Copy(out, in)
		return err
	}
	for offset := int64(0); offset < stat.Size; {
		from, err := unix.Seek(int(in.Fd()), offset, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) {
			break // The rest of the file is a hole.
		}
		if err != nil {
			return err
		}
		to, err := unix.Seek(int(in.Fd()), from, unix.SEEK_HOLE)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.NewOffsetWriter(out, from), io.NewSectionReader(in, from, to-from)); err != nil {
			return err
		}
		offset = to
	}
	return out.Truncate(stat.Size)
}
