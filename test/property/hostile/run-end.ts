import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import type { PipelineWorld } from '../../pipeline/pipeline-world.ts';

const ENDED = [
  'clean',
  'patched',
  'already-patched',
  'planned',
  'waiting',
  'skipped',
  'rejected',
  'failed',
  'canceled',
];
const NEEDS_NO_REASON = ['clean', 'patched', 'already-patched'];

export interface RunEnd {
  /** The state of its run, for example `completed`. */
  readonly run: string;
  /** The state and reason of the only target, for example `failed result-invalid`. */
  readonly target: string;
  /** Everything that did not end, was not cleaned up, or has no reason. */
  readonly lost: readonly string[];
}

/** Executes a run until nothing more happens, and describes how everything ended. */
export async function runToItsEnd(world: PipelineWorld): Promise<RunEnd> {
  const run = await world.run();
  const rows = world.tables.all(TABLES.targets).map(({ entity }) => entity);
  const lost: string[] = [];
  for (const { state, reason } of rows) {
    const end = `${String(state)} ${String(reason ?? '')}`;
    if (!ENDED.includes(String(state))) lost.push(`a target is ${end}`);
    else if (reason === undefined && !NEEDS_NO_REASON.includes(String(state))) lost.push(end);
  }
  for (const { entity } of world.tables.all(TABLES.inventory)) {
    if (entity.claimedBy !== undefined && entity.claimedBy !== '') lost.push('an image is claimed');
  }
  for (const repository of world.registry.repositories()) {
    if (repository.startsWith(STAGING_PREFIX) && world.registry.digests(repository).length > 0) {
      lost.push(`${repository} is not empty`);
    }
  }
  if (world.groups.all().length > 0) lost.push('a group is left');
  if (world.queues.pending().length > 0) lost.push('a message is left');
  const target = rows.map(({ state, reason }) => [state, reason].filter(Boolean).join(' '));
  return { run: run.state, target: target.join(', '), lost };
}
