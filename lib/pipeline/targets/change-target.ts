import type { Stored } from '../../storage/typed-table.ts';
import { plainText } from '../../text/plain-text.ts';
import { backOff, recordInventory } from '../inventory/inventory.ts';
import type { Outcome } from '../records/reasons.ts';
import type { TargetRow } from '../records/target-row.ts';
import { assertTransition, isTerminal, type TargetState } from '../records/target-states.ts';
import type { Services } from '../services.ts';

/** Attempts that a target may lose in one state before it is given up. */
const MAX_LOST_ATTEMPTS = 3;
const MAX_DETAIL = 1000;

type Changes = Partial<Omit<TargetRow, 'partitionKey' | 'rowKey' | 'state'>>;

/**
 * Moves a target on, with its ETag. The new state starts without a job and with a full budget.
 * Undefined: somebody else changed it first, and whoever did has decided.
 */
export async function moveTarget(
  services: Services,
  stored: Stored<TargetRow>,
  state: TargetState,
  changes: Changes,
): Promise<Stored<TargetRow> | undefined> {
  assertTransition(stored.row.state, state);
  return writeTarget(services, stored, { ...stored.row, job: '', attempts: 0, ...changes, state });
}

/**
 * Ends a target. Its row comes first: only the step that wins it may tell the inventory. Where that
 * was cut off, the end of the job tells it (`clearJob`), or the last look at the run.
 */
export async function finishTarget(
  services: Services,
  stored: Stored<TargetRow>,
  outcome: Outcome,
  changes: Changes = {},
): Promise<Stored<TargetRow> | undefined> {
  assertTransition(stored.row.state, outcome.state);
  const row: TargetRow = {
    ...withoutIntent({ ...stored.row, ...changes }),
    state: outcome.state,
    finishedAt: services.clock.now(),
    ...('reason' in outcome && { reason: outcome.reason }),
    ...('detail' in outcome &&
      outcome.detail !== undefined && { detail: plainText(outcome.detail, MAX_DETAIL) }),
  };
  const written = await writeTarget(services, stored, row);
  if (written === undefined) return undefined;
  await recordInventory(services, row);
  if (isPatchWork(stored.row.state)) await backOffIfDeserved(services, row);
  services.log.info('target ended', {
    runId: row.partitionKey,
    image: `${row.repository}:${row.tag}`,
    state: row.state,
    reason: row.reason,
    patchTag: row.patchTag,
  });
  return written;
}

/** A tag that was written down for a patch that does not stand under it is nobody's to be told. */
function withoutIntent(row: TargetRow): TargetRow {
  const { patchTag: _, ...rest } = row;
  return row.patchDigest === undefined ? rest : row;
}

function isPatchWork(state: TargetState): boolean {
  return state === 'patching' || state === 'verifying';
}

/** What has nothing to do with the image, and may be over tomorrow. */
const PASSING: ReadonlySet<TargetRow['reason']> = new Set([
  'package-source-unreachable',
  'source-changed',
]);

/**
 * A patch that failed, was refused or did nothing would do so again tomorrow. It counts once a run,
 * however often it is told of.
 */
export async function backOffIfDeserved(services: Services, ended: TargetRow): Promise<void> {
  const deserved = ['skipped', 'rejected', 'failed'].includes(ended.state);
  if (deserved && !PASSING.has(ended.reason)) await backOff(services, ended);
}

/** Gives a target that got no result back to the tick; ends it where its budget is used up. */
export async function handBack(
  services: Services,
  stored: Stored<TargetRow>,
  why: { readonly blame: boolean; readonly outcome: Outcome },
): Promise<Stored<TargetRow> | undefined> {
  const attempts = stored.row.attempts + (why.blame ? 1 : 0);
  if (attempts >= MAX_LOST_ATTEMPTS)
    return finishTarget(services, stored, why.outcome, { attempts });
  return writeTarget(services, stored, { ...stored.row, job: '', attempts });
}

/** Whether the attempt that is about to be lost is the last one. */
export function isExhausted(target: TargetRow): boolean {
  return target.attempts + 1 >= MAX_LOST_ATTEMPTS;
}

/** Writes changes within a state, with the ETag. */
export async function writeTarget(
  services: Services,
  stored: Stored<TargetRow>,
  row: TargetRow,
): Promise<Stored<TargetRow> | undefined> {
  if (isTerminal(stored.row.state)) throw new Error('a target that has ended is never changed');
  return services.targets.replace(row, stored.etag);
}
