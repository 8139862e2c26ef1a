import type { CliContext } from './cli-context.ts';

const SHOWN_AFTER_MS = 1000;
const REDRAWN_EVERY_MS = 500;
const CLEAR_LINE = '\r\u001B[2K';

/** A progress line on standard error. Prints nothing if that is not a terminal. */
export interface Progress {
  readonly tell: (text: string) => void;
  /** Removes the line. */
  readonly end: () => void;
}

/** The line appears after one second. */
export function startProgress({ stderr, clock }: Pick<CliContext, 'stderr' | 'clock'>): Progress {
  if (!stderr.isTerminal) return { tell: () => undefined, end: () => undefined };
  const startedAt = clock.now().getTime();
  let text = '';
  let drawn = false;

  function draw(): void {
    const elapsed = clock.now().getTime() - startedAt;
    if (elapsed < SHOWN_AFTER_MS || text === '') return;
    const time = ` (${Math.floor(elapsed / 1000)} s)`;
    const room = (stderr.columns ?? 80) - 1 - time.length;
    stderr.write(CLEAR_LINE + text.slice(0, Math.max(0, room)) + time);
    drawn = true;
  }

  const timer = setInterval(draw, REDRAWN_EVERY_MS);
  timer.unref();
  return {
    tell(next) {
      text = next;
      draw();
    },
    end() {
      clearInterval(timer);
      if (drawn) stderr.write(CLEAR_LINE);
    },
  };
}
