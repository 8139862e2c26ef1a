import pLimit from 'p-limit';
import type { Clock } from '../clock.ts';
import type { Sleep } from '../sleep.ts';
import { explainFailure } from './explain-failure.ts';
import { type CheckResult, fail, type Outcome, skipped } from './outcome.ts';

const AGAIN =
  'Run the command again; if it persists, check the network between here and the service.';

/** A check that is ready to run. */
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
  /** Time limit for all checks. A check that has not ended by then fails. */
  readonly limitSeconds: number;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly stop: AbortSignal;
  /** Receives the titles of the running checks and the number of those that ended. */
  readonly onChange: (running: readonly string[], ended: number) => void;
}

/**
 * Runs each check after the checks that it needs have passed. `checks` must be in that order; the
 * results keep it. Never throws.
 */
export async function runChecks(
  checks: readonly RunnableCheck[],
  options: RunOptions,
): Promise<readonly CheckResult[]> {
  const limit = pLimit(options.concurrency);
  const allStartedAt = options.clock.now().getTime();
  const running = new Set<string>();
  const pending = new Map<string, Promise<CheckResult>>();
  /** Skipped check → the failed check at the start of its chain. */
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
      return { id, title, seconds: 0, ...skipped(`not checked: it needs ${root}`) };
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
  if (seconds <= 0)
    return fail(`no time left: all checks together had ${options.limitSeconds} s`, AGAIN);
  const over = new AbortController();
  const tooLong = fail(`not finished within ${Math.ceil(seconds)} s`, AGAIN);
  try {
    return await Promise.race([
      check.run(),
      sleep(seconds * 1000, over.signal).then(() => tooLong),
      // A check that cleans up reacts to the interruption itself.
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
