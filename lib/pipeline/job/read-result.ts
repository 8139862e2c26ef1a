import { JobResult, MAX_RESULT_BYTES } from '../../job/job-result.ts';
import { readJson } from '../../json/read-json.ts';
import type { Result } from '../../result.ts';
import { CONTAINERS } from '../../storage/blobs.ts';
import { type Job, resultBlobOf } from '../records/job.ts';
import type { Services } from '../services.ts';

const LIMITS = {
  maxBytes: MAX_RESULT_BYTES,
  maxDepth: 10,
  maxContainers: 20_000,
  maxValues: 20_000,
};

/** Reads a container's result, which is untrusted. Returns undefined if there is none yet. */
export async function readResult(
  { blobs }: Pick<Services, 'blobs'>,
  job: Job,
  container: string,
): Promise<Result<JobResult> | undefined> {
  const name = resultBlobOf(job, container);
  const blob = await blobs.read(CONTAINERS.results, name, MAX_RESULT_BYTES);
  if (blob.found) return parseResult(blob.bytes, job);
  return blob.why === 'absent' ? undefined : { ok: false, fault: 'the result is too large' };
}

function parseResult(bytes: Uint8Array, job: Job): Result<JobResult> {
  const result = readJson(JobResult, bytes, LIMITS);
  if (!result.ok) return { ok: false, fault: `the result ${result.fault}` };
  const { jobId, attempt, kind } = result.value;
  if (jobId !== job.id || attempt !== job.attempt) {
    return { ok: false, fault: 'the result names another attempt' };
  }
  const expected = job.kind === 'patch' ? 'patch' : 'scan';
  if (kind === expected) return result;
  return { ok: false, fault: `a ${job.kind} job got a result of kind ${kind}` };
}
