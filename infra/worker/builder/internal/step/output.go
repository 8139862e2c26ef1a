package step

import (
	"bytes"
	"io"
	"regexp"
	"sync"
)

// procMention matches a path at or below /proc or /dev/fd, but no other name, such as /procps.
var procMention = regexp.MustCompile(`(^|[^\w/.-])/(proc|dev/fd|dev/std(in|out|err))($|[^\w-])`)

// harmlessMentions are log lines after which package scripts continue: those of systemd-tmpfiles.
var harmlessMentions = [][]byte{[]byte("/proc/ is not mounted")}

// fullMarkers are texts of the C library, of Go, of apt and of dnf for a full disk.
var fullMarkers = [][]byte{
	[]byte("No space left on device"), []byte("no space left on device"),
	[]byte("You don't have enough free space in"), []byte("more space needed on the"),
}

const (
	longestLine = 8192
	// longestMarker bytes are kept of a line that is too long, because a marker may be cut in two.
	longestMarker = 64
)

// watcher passes on the output and records what its lines mention.
type watcher struct {
	mu         sync.Mutex
	writers    []*watchedWriter
	proc, full bool
}

func (w *watcher) watch(to io.Writer) io.Writer {
	if to == nil {
		to = io.Discard
	}
	writer := &watchedWriter{watcher: w, to: to}
	w.writers = append(w.writers, writer)
	return writer
}

// finish looks at the last lines, which may have no end.
func (w *watcher) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, writer := range w.writers {
		w.look(writer.line)
		writer.line = nil
	}
}

func (w *watcher) look(line []byte) {
	w.full = w.full || hasAny(line, fullMarkers)
	w.proc = w.proc || (procMention.Match(line) && !hasAny(line, harmlessMentions))
}

type watchedWriter struct {
	watcher *watcher
	to      io.Writer
	line    []byte
}

func (w *watchedWriter) Write(data []byte) (int, error) {
	w.watcher.mu.Lock()
	w.line = append(w.line, data...)
	for end := bytes.IndexAny(w.line, "\r\n"); end >= 0; end = bytes.IndexAny(w.line, "\r\n") {
		w.watcher.look(w.line[:end])
		w.line = w.line[end+1:]
	}
	if len(w.line) > longestLine {
		w.watcher.look(w.line)
		w.line = bytes.Clone(w.line[len(w.line)-longestMarker:])
	}
	w.watcher.mu.Unlock()
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
