/** Ctrl+C, or a signal of the system to end. */
export interface Interruption {
  /** Aborted when it happens, for long waits. */
  readonly signal: AbortSignal;
  /** Rejects when it happens. */
  readonly happened: Promise<never>;
  /** 128 plus the signal's number, as in shells. */
  exitCode(): number;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** One Ctrl+C may arrive twice: from the terminal and from npm. */
const SAME_SIGNAL_MS = 1000;

/**
 * The first signal starts an orderly end. A second one ends this process, and everything that it
 * started, at once.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  const happened = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
  });
  // Prevents an unhandled rejection if nobody waits for it.
  happened.catch(() => undefined);
  let code: number = SIGNALS.SIGINT;
  let since = 0;
  for (const [name, exitCode] of Object.entries(SIGNALS)) {
    process.on(name, () => {
      if (controller.signal.aborted) {
        if (performance.now() - since > SAME_SIGNAL_MS) process.exit(exitCode);
        return;
      }
      since = performance.now();
      code = exitCode;
      console.error('\nEnding everything …');
      controller.abort(new Error('interrupted'));
    });
  }
  return { signal: controller.signal, happened, exitCode: () => code };
}
