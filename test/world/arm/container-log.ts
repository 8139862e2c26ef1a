/** ACI keeps 4 MB of output of a running container, and 16 KB or 1,000 lines of an ended one. */
const RUNNING_LIMIT = 4 * 1024 * 1024;
const STOPPED_BYTES = 16 * 1024;
const STOPPED_LINES = 1000;

/** The combined standard output and error of one container. */
export interface ContainerLog {
  append(chunk: Buffer, at: Date): void;
  read(options: { readonly tail?: number; readonly timestamps?: boolean }): string;
  /** Discards the output that ACI does not keep after the container's end. */
  trim(): void;
}

interface Line {
  readonly at: Date;
  readonly text: string;
}

export function createContainerLog(): ContainerLog {
  let lines: Line[] = [];
  let open = '';
  let size = 0;

  function add(line: Line): void {
    lines.push(line);
    size += line.text.length + 1;
    while (size > RUNNING_LIMIT) {
      size -= (lines.shift()?.text.length ?? 0) + 1;
    }
  }

  return {
    append(chunk, at) {
      const parts = (open + chunk.toString('utf8')).split('\n');
      open = parts.pop() ?? '';
      if (open.length > RUNNING_LIMIT) {
        open = open.slice(-RUNNING_LIMIT);
      }
      for (const text of parts) {
        add({ at, text });
      }
    },
    read(options) {
      const all = open === '' ? lines : [...lines, { at: new Date(), text: open }];
      const shown = options.tail === undefined ? all : all.slice(-options.tail);
      return shown
        .map((line) => (options.timestamps ? `${line.at.toISOString()} ${line.text}` : line.text))
        .map((text) => `${text}\n`)
        .join('');
    },
    trim() {
      if (open !== '') {
        add({ at: new Date(), text: open });
        open = '';
      }
      lines = lines.slice(-STOPPED_LINES);
      let kept = lines.reduce((sum, line) => sum + line.text.length + 1, 0);
      while (kept > STOPPED_BYTES && lines.length > 1) {
        kept -= (lines.shift()?.text.length ?? 0) + 1;
      }
      size = kept;
    },
  };
}
