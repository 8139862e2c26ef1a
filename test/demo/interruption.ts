/** Ctrl+C, or an orderly end by the system. */
export interface Interruption {
  /** Aborted once it happens; whoever waits for something long listens to it. */
  readonly signal: AbortSignal;
  /** Rejects once it happens. */
  readonly happened: Promise<never>;
  /** As a shell has it: 128 and the signal's number. */
  exitCode(): number;
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;
/** One Ctrl+C may arrive twice: from the terminal, and handed on by npm. */
const SAME_SIGNAL_MS = 1000;

/**
 * From the first signal on everything is ended in order; a second one ends this process at once, and
 * with it what it has started.
 */
export function onInterrupt(): Interruption {
  const controller = new AbortController();
  const happened = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason));
  });
  // Nobody may be waiting for it.
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
