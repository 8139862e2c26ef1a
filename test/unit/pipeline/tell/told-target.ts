import { Digest } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { targetIdOf } from '../../../../lib/pipeline/records/target.ts';
import type { ToldState, ToldTarget } from '../../../../lib/pipeline/tell/image-event.ts';

/** A target of team/api that ended in this state, without anything else. */
export function toldTarget(
  tag: string,
  state: ToldState,
  changes: Partial<ToldTarget> = {},
): ToldTarget {
  return {
    id: targetIdOf('team/api', tag),
    runId: RunId.parse('20261123T020000Z-7f3a'),
    repository: RepositoryName.parse('team/api'),
    tag: Tag.parse(tag),
    patches: [],
    job: '',
    round: 1,
    attempts: 0,
    sourceDigest: Digest.parse(`sha256:${'c'.repeat(64)}`),
    discoveredAt: new Date('2026-11-23T02:01:00Z'),
    finishedAt: new Date('2026-11-23T02:30:00Z'),
    ...changes,
    state,
  };
}
