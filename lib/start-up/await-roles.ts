import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Sleep } from '../sleep.ts';
import { detailOf, type RoleTrial } from './role-trials.ts';

/** Flex Consumption gives an app 30 seconds to start, including loading. */
const LIMIT_MS = 20_000;
/** A service that has not answered by then has a network problem, so waiting for roles won't help. */
const ANSWER_MS = 5_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 4_000;

export interface Surroundings {
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly log: Log;
}

type Answer =
  | { readonly trial: RoleTrial; readonly kind: 'allowed' }
  | { readonly trial: RoleTrial; readonly kind: 'refused' | 'unknown'; readonly detail: string };

/**
 * Retries until storage and the registry accept the app's identity (new role assignments take minutes),
 * up to the start-up limit. Never fails: after the limit, the functions' own retries take over.
 */
export async function awaitRoles(
  trials: readonly RoleTrial[],
  { clock, sleep, log }: Surroundings,
): Promise<void> {
  const startedAt = clock.now().getTime();
  const waited = () => clock.now().getTime() - startedAt;
  let pending = trials;
  for (let round = 1; pending.length > 0; round += 1) {
    const answers = await Promise.all(pending.map((trial) => ask(trial, sleep)));
    for (const { what, detail } of ofKind(answers, 'unknown')) {
      log.warn('at start: could not check the role assignments; continuing', { what, detail });
    }
    const refused = ofKind(answers, 'refused');
    if (round === 1) for (const { what, detail } of refused) log.warn(SPREADING, { what, detail });
    if (round > 1 && answers.every(({ kind }) => kind === 'allowed'))
      log.info('role assignments are in effect', { waitedMs: waited() });
    pending = refused.map(({ trial }) => trial);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (round - 1), LONGEST_WAIT_MS);
    if (pending.length > 0 && waited() + wait + ANSWER_MS > LIMIT_MS) {
      for (const { what, detail } of refused)
        log.error(STILL_REFUSED, { what, detail, waitedMs: waited() });
      return;
    }
    if (pending.length > 0) await sleep(wait);
  }
}

const SPREADING =
  'at start: a role assignment is not in effect yet, which may take ten minutes; waiting, and functions are retried until then';
const STILL_REFUSED =
  'at start: a role assignment is still not in effect; continuing, and functions fail and are retried until it is';

async function ask(trial: RoleTrial, sleep: Sleep): Promise<Answer> {
  const over = new AbortController();
  const late = {
    trial,
    kind: 'unknown',
    detail: `no answer within ${ANSWER_MS / 1000} s`,
  } as const;
  try {
    return await Promise.race([
      answerOf(trial),
      sleep(ANSWER_MS, over.signal).then((): Answer => late),
    ]);
  } finally {
    over.abort();
  }
}

async function answerOf(trial: RoleTrial): Promise<Answer> {
  try {
    const detail = await trial.refusal();
    return detail === undefined ? { trial, kind: 'allowed' } : { trial, kind: 'refused', detail };
  } catch (error) {
    return { trial, kind: 'unknown', detail: detailOf(error) };
  }
}

function ofKind(answers: readonly Answer[], kind: 'refused' | 'unknown') {
  return answers.flatMap((answer) =>
    answer.kind === kind
      ? [{ trial: answer.trial, what: answer.trial.what, detail: answer.detail }]
      : [],
  );
}
