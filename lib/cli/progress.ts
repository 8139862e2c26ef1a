import type { CliContext } from './cli-context.ts';

const SHOWN_AFTER_MS = 1000;
const REDRAWN_EVERY_MS = 500;
const CLEAR_LINE = '\r\u001B[2K';

/** One line on standard error that tells what goes on; nothing where that is no terminal. */
export interface Progress {
  readonly tell: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

/** Shown only once something has taken a second. */
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
