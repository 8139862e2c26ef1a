import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Sleep } from '../sleep.ts';
import { detailOf, type RoleTrial } from './role-trials.ts';

/** Azure gives an app 30 seconds to start, its loading included (Flex Consumption). */
const LIMIT_MS = 20_000;
/** What has not answered by then is not waited for: it is the network's matter, not a role's. */
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
 * Waits while what the app stands on refuses it, as Azure does for some minutes after a deployment gave
 * roles, but never longer than a start may take. Never fails: what doesn't count by then is left to
 * the functions' own retries.
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
      log.warn('at start: no answer to whether the roles count; going on', { what, detail });
    }
    const refused = ofKind(answers, 'refused');
    const fields = { refused: refused.map(({ what, detail }) => `${what} (${detail})`).join('; ') };
    if (round === 1 && refused.length > 0) log.warn(SPREADING, fields);
    if (round > 1 && answers.every(({ kind }) => kind === 'allowed'))
      log.info('the roles count', { waitedMs: waited() });
    pending = refused.map(({ trial }) => trial);
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (round - 1), LONGEST_WAIT_MS);
    if (pending.length > 0 && waited() + wait + ANSWER_MS > LIMIT_MS) {
      log.error(STILL_REFUSED, { ...fields, waitedMs: waited() });
      return;
    }
    if (pending.length > 0) await sleep(wait);
  }
}

const SPREADING =
  'at start: roles are still spreading, which may take ten minutes; waiting for them, and functions are retried until they count';
const STILL_REFUSED =
  'at start: the roles still do not count; going on, and functions fail and are retried until they do';

async function ask(trial: RoleTrial, sleep: Sleep): Promise<Answer> {
  const over = new AbortController();
  const late = { trial, kind: 'unknown', detail: `none within ${ANSWER_MS / 1000} s` } as const;
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
