/** Ctrl+C, a signal of the system to end, or a reader of the output that has ended. */
export interface Interruption {
  /** Aborted when it happens, for long waits. */
  readonly signal: AbortSignal;
  /** Rejects when it happens. */
  readonly happened: Promise<never>;
  /** 128 plus the signal's number, as in shells. */
  exitCode(): number;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** The exit code of a program that writes to a pipe without a reader, as in `npm run demo | head`. */
const BROKEN_PIPE = 141;
/** One Ctrl+C may arrive twice: from the terminal and from npm. */
const SAME_SIGNAL_MS = 1000;

/**
 * The first signal starts an orderly end. A second one ends this process, and everything that it
 * started, at once.
 * @param announce called at the first signal, before anything ends.
 */
export function onInterrupt(announce: () => void): Interruption {
  const controller = new AbortController();
  const happened = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
  });
  // Prevents an unhandled rejection if nobody waits for it.
  happened.catch(() => undefined);
  let code: number = SIGNALS.SIGINT;
  let since = 0;
  const begin = (exitCode: number) => {
    since = performance.now();
    code = exitCode;
    controller.abort(new Error('interrupted'));
  };
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - since > SAME_SIGNAL_MS) process.exit(exitCode);
        return;
      }
      announce();
      begin(exitCode);
    });
  }
  for (const stream of [process.stdout, process.stderr]) {
    // Without a listener the error would end the process before anything is cleaned up.
    stream.on('error', () => {
      if (!controller.signal.aborted) begin(BROKEN_PIPE);
    });
  }
  return { signal: controller.signal, happened, exitCode: () => code };
}
