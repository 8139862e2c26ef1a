import type { PatchJobResult, ScanJobResult } from '../../../../lib/job/job-result.ts';
import { type Job, resultBlobOf } from '../../../../lib/pipeline/records/job.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import type { UnitWorld } from '../unit-world.ts';

const TIMES = { startedAt: '2026-11-23T02:00:00Z', finishedAt: '2026-11-23T02:01:00Z' };

/** The result of a scan group that did not start any image. */
export function scanResult(job: Job, changes: Partial<ScanJobResult> = {}): ScanJobResult {
  const { id: jobId, attempt } = job;
  const base = { version: 1, jobId, attempt, ...TIMES, tools: { trivy: '0.74.0' } } as const;
  return { ...base, kind: 'scan', advisoryPlatforms: [], images: [], ...changes };
}

/** The result of a patch container that did not start its image. */
export function patchResult(job: Job, changes: Partial<PatchJobResult> = {}): PatchJobResult {
  const { id: jobId, attempt } = job;
  const base = { version: 1, jobId, attempt, ...TIMES, tools: { copa: '0.14.2' } } as const;
  return { ...base, kind: 'patch', builder: 'mount-free', images: [], ...changes };
}

/** Writes a container's result as its worker does. */
export async function writeResult(
  world: UnitWorld,
  job: Job,
  container: string,
  result: unknown,
): Promise<void> {
  const bytes = Buffer.from(typeof result === 'string' ? result : JSON.stringify(result));
  const name = resultBlobOf(job, container);
  await world.blobs.create(CONTAINERS.results, name, bytes, 'application/json');
}
