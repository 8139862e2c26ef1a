import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import type { Job } from '../../../../lib/pipeline/records/job.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { type Target, targetIdOf } from '../../../../lib/pipeline/records/target.ts';
import type { Stored } from '../../../../lib/pipeline/stores/stored.ts';

const runId = RunId.parse('20261123T020000Z-7f3a');
export const now = new Date('2026-11-23T02:10:00Z');
export const options = {
  maxGroups: 3,
  repositoryHours: 0,
  scanBatch: 4,
  patchBatch: 2,
  tickSeconds: 30,
  builder: { kind: 'standard' },
} as const;

export function target(
  repository: string,
  tag: string,
  change: Partial<Target> = {},
): Stored<Target> {
  return {
    id: targetIdOf(repository, tag),
    runId,
    version: '',
    repository: RepositoryName.parse(repository),
    tag: Tag.parse(tag),
    state: 'queued',
    sourceDigest: digestOf(`${repository}:${tag}`),
    patches: [],
    job: '',
    round: 0,
    attempts: 0,
    discoveredAt: now,
    ...change,
  };
}

export function job(id: string, change: Partial<Job> = {}): Stored<Job> {
  return {
    id,
    runId,
    version: '',
    kind: 'scan',
    state: 'running',
    targets: ['x'],
    attempt: 1,
    wake: 1,
    nextAt: now,
    errors: 0,
    createdAt: now,
    ...change,
  };
}
