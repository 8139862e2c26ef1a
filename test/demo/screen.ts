import type { WriteStream } from 'node:tty';
import { createLogUpdate } from 'log-update';
import { changeLines, noteLine } from './change-lines.ts';
import { liveView } from './live-view.ts';
import { type Palette, paletteFor } from './palette.ts';
import type { RunSnapshot } from './run-snapshot.ts';

export type ScreenStream = NodeJS.WritableStream &
  Partial<Pick<WriteStream, 'columns' | 'rows' | 'isTTY'>>;

/** The output for people: a terminal that is redrawn, or lines that stay. */
export interface Screen {
  readonly stream: ScreenStream;
  readonly palette: Palette;
  readonly width: number;
  line(text?: string): void;
  /** Shows the current state of the run. */
  show(snapshot: RunSnapshot): void;
  /** Shows one line about an event outside of the run's steps. */
  note(text: string): void;
  /** Removes the live view. Printed lines stay. */
  clear(): void;
  /** Removes the live view for good, so that nothing is drawn over what is printed next. */
  close(): void;
}

/** Width for a file or a pipe. */
const DEFAULT_WIDTH = 100;
const WIDEST = 120;
const DEFAULT_HEIGHT = 24;
/** Number of notes below the live view. Without a terminal, all are printed. */
const SHOWN_NOTES = 5;

export function createScreen(stream: ScreenStream, env: NodeJS.ProcessEnv): Screen {
  const palette = paletteFor(stream, env);
  const width = () => Math.min(stream.columns ?? DEFAULT_WIDTH, WIDEST);
  let closed = false;
  const close = () => {
    closed = true;
  };
  const line = (text = '') => void stream.write(`${text}\n`);
  if (stream.isTTY !== true) {
    let last: RunSnapshot | undefined;
    return {
      stream,
      palette,
      get width() {
        return width();
      },
      line,
      show(snapshot) {
        if (closed) return;
        for (const text of changeLines(last, snapshot)) line(text);
        last = snapshot;
      },
      note: (text) => line(noteLine(last, text)),
      clear: () => undefined,
      close,
    };
  }
  const update = createLogUpdate(stream);
  const notes: string[] = [];
  const clear = () => {
    update.clear();
    update.done();
  };
  return {
    stream,
    palette,
    get width() {
      return width();
    },
    line,
    show(snapshot) {
      if (closed) return;
      const height = (stream.rows ?? DEFAULT_HEIGHT) - (notes.length > 0 ? notes.length + 1 : 0);
      const view = liveView(snapshot, { width: width(), height, palette });
      const shown = notes.map((text) => palette.dim(`  ${text.slice(0, width() - 3)}`));
      update([view, ...(shown.length > 0 ? ['', ...shown] : [])].join('\n'));
    },
    note(text) {
      notes.push(text);
      if (notes.length > SHOWN_NOTES) notes.shift();
    },
    clear,
    close() {
      clear();
      close();
    },
  };
}
