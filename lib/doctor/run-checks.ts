import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { Sleep } from '../sleep.ts';
import { explainFailure } from './explain-failure.ts';
import { type CheckResult, fail, type Outcome, skipped } from './outcome.ts';

const AGAIN = 'Run it again; if it stays so, look at the network between here and the service.';

/** A check that only has to be run. */
export interface RunnableCheck {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly string[];
  readonly limitSeconds: number;
  readonly cleansUp: boolean;
  readonly run: () => Promise<Outcome>;
}

export interface RunOptions {
  readonly concurrency: number;
  /** For all of them: what has not ended by then has failed. */
  readonly limitSeconds: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly stop: AbortSignal;
  /** The titles of those that run now, and how many have ended. */
  readonly onChange: (running: readonly string[], ended: number) => void;
}

/**
 * Runs all checks, each once those that it needs have passed, and gives the results in the order of
 * the checks, in which a check stands behind all that it needs. Never throws.
 */
export async function runChecks(
  checks: readonly RunnableCheck[],
  options: RunOptions,
): Promise<readonly CheckResult[]> {
  const limit = pLimit(options.concurrency);
  const allStartedAt = options.clock.now().getTime();
  const running = new Set<string>();
  const pending = new Map<string, Promise<CheckResult>>();
  /** Skipped check → the one that failed, so that a whole chain names its first link. */
  const blockedBy = new Map<string, string>();
  let ended = 0;

  async function runOne(check: RunnableCheck): Promise<CheckResult> {
    const { id, title } = check;
    const needed = await Promise.all(check.needs.map((need) => pending.get(need)));
    const blocker = needed.find((one) => one?.status === 'fail' || one?.status === 'skipped');
    if (blocker !== undefined) {
      const root = blockedBy.get(blocker.id) ?? blocker.id;
      blockedBy.set(id, root);
      ended += 1;
      return { id, title, seconds: 0, ...skipped(`not looked at: it needs ${root}`) };
    }
    return limit(async () => {
      const startedAt = options.clock.now().getTime();
      running.add(title);
      options.onChange([...running], ended);
      const spent = (startedAt - allStartedAt) / 1000;
      const seconds = Math.min(check.limitSeconds, options.limitSeconds - spent);
      const outcome = await withinLimits(check, seconds, options);
      ended += 1;
      running.delete(title);
      options.onChange([...running], ended);
      return { id, title, seconds: (options.clock.now().getTime() - startedAt) / 1000, ...outcome };
    });
  }

  for (const check of checks) pending.set(check.id, runOne(check));
  return Promise.all(pending.values());
}

async function withinLimits(
  check: RunnableCheck,
  seconds: number,
  options: RunOptions,
): Promise<Outcome> {
  const { stop, sleep } = options;
  if (stop.aborted) return skipped('interrupted');
  if (seconds <= 0) return fail(`no time left: all together had ${options.limitSeconds} s`, AGAIN);
  const over = new AbortController();
  const tooLong = fail(`no end within ${Math.ceil(seconds)} s`, AGAIN);
  try {
    return await Promise.race([
      check.run(),
      sleep(seconds * 1000, over.signal).then(() => tooLong),
      // What cleans up after itself hears of the interruption by itself.
      ...(check.cleansUp ? [] : [aborted(stop, over.signal).then(() => skipped('interrupted'))]),
    ]);
  } catch (error) {
    return explainFailure(error);
  } finally {
    over.abort();
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}
