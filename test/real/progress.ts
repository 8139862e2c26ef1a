import type { WriteStream } from 'node:tty';

/** Seconds between two lines of one step. */
const PLAIN_INTERVAL_S = 30;
const TERMINAL_INTERVAL_MS = 500;

/** Shows the progress of long steps. A step reports through it and never prints. */
export interface Progress {
  /** Starts a step with its own line. */
  step(title: string): ProgressStep;
  note(text: string): void;
}

export interface ProgressStep {
  /** The present action, shown with the next line. */
  update(detail: string): void;
  done(detail: string): void;
  failed(detail: string): void;
}

export interface ProgressOutput {
  readonly stream: Pick<WriteStream, 'write'> & {
    readonly isTTY?: boolean;
    readonly columns?: number;
  };
  /** Milliseconds, from any origin. */
  readonly now: () => number;
}

/** One line for each step: updated in a terminal, else printed at the start, at intervals and at the end. */
export function createProgress(output: ProgressOutput): Progress {
  return {
    note: (text) => {
      output.stream.write(`${text}\n`);
    },
    step: (title) =>
      output.stream.isTTY === true ? terminalStep(output, title) : plainStep(output, title),
  };
}

export function stderrProgress(): Progress {
  return createProgress({ stream: process.stderr, now: () => performance.now() });
}

/** Progress that shows nothing. */
export const silentProgress: Progress = {
  note: () => undefined,
  step: () => ({ update: () => undefined, done: () => undefined, failed: () => undefined }),
};

function terminalStep(output: ProgressOutput, title: string): ProgressStep {
  const started = output.now();
  let detail = '';
  const line = (mark: string, text: string): string =>
    `${mark} ${title}  ${seconds(output, started)} s  ${text}`.slice(
      0,
      (output.stream.columns ?? 80) - 1,
    );
  const draw = (): void => {
    output.stream.write(`\r\u001b[2K${line('…', detail)}`);
  };
  const timer = setInterval(draw, TERMINAL_INTERVAL_MS);
  draw();
  const end = (mark: string, text: string): void => {
    clearInterval(timer);
    output.stream.write(`\r\u001b[2K${line(mark, text)}\n`);
  };
  return {
    update: (text) => {
      detail = text;
    },
    done: (text) => end('✓', text),
    failed: (text) => end('✗', text),
  };
}

function plainStep(output: ProgressOutput, title: string): ProgressStep {
  const started = output.now();
  let detail = '';
  const say = (text: string): void => {
    output.stream.write(`${title}: ${text}\n`);
  };
  say('started');
  const timer = setInterval(
    () => say(`${seconds(output, started)} s ${detail}`.trimEnd()),
    PLAIN_INTERVAL_S * 1000,
  );
  const end = (text: string): void => {
    clearInterval(timer);
    say(`${text} (${seconds(output, started)} s)`);
  };
  return {
    update: (text) => {
      detail = text;
    },
    done: end,
    failed: (text) => end(`FAILED: ${text}`),
  };
}

function seconds(output: ProgressOutput, started: number): string {
  return ((output.now() - started) / 1000).toFixed(0);
}
