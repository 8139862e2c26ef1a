package step

import (
	"bytes"
	"io"
	"sync"
)

// markers are texts to find in a failed step's output. The last bytes of a write are kept, because a
// marker may be split between two writes.
var (
	procMarkers = [][]byte{[]byte("/proc"), []byte("/dev/fd"), []byte("/dev/std")}
	fullMarkers = [][]byte{[]byte("No space left on device")}
)

const longestMarker = 32

// watcher passes on the output and records the markers in it.
type watcher struct {
	mu         sync.Mutex
	proc, full bool
}

func (w *watcher) watch(to io.Writer) io.Writer {
	if to == nil {
		to = io.Discard
	}
	return &watchedWriter{watcher: w, to: to}
}

type watchedWriter struct {
	watcher *watcher
	to      io.Writer
	tail    []byte
}

func (w *watchedWriter) Write(data []byte) (int, error) {
	text := append(w.tail, data...)
	w.watcher.mu.Lock()
	w.watcher.proc = w.watcher.proc || hasAny(text, procMarkers)
	w.watcher.full = w.watcher.full || hasAny(text, fullMarkers)
	w.watcher.mu.Unlock()
	w.tail = bytes.Clone(text[max(0, len(text)-longestMarker):])
	return w.to.Write(data)
}

func hasAny(text []byte, markers [][]byte) bool {
	for _, marker := range markers {
		if bytes.Contains(text, marker) {
			return true
		}
	}
	return false
}
