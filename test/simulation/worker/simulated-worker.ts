import type { ContainerSpec } from '../../../lib/containers/container-groups.ts';
import type { JobFile } from '../../../lib/job/job-file.ts';
import { MAX_RESULT_BYTES } from '../../../lib/job/job-result.ts';
import { jobFileOf } from '../../fakes/job-file-of.ts';
import type { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { simulatePatch } from './simulate-patch.ts';
import { simulateScan } from './simulate-scan.ts';
import type { WorkerEnd, WorkerWorld } from './worker-world.ts';

const RESULT_FAULTS = [
  'result-malformed',
  'result-too-large',
  'result-of-another-attempt',
  'result-of-another-kind',
] as const;

/** A container's worker. It has its job file and one token, and any of its output may be a lie. */
export async function runSimulatedWorker(
  spec: ContainerSpec,
  world: WorkerWorld,
  end: WorkerEnd,
): Promise<void> {
  if (end === 'no-result') return;
  const { file, token } = givenTo(spec, world.blobs);
  const registry = world.registry.withToken(token);
  const work = { world, registry, end, secrets: secretsOf(spec, world.blobs) };
  const done =
    file.kind === 'scan'
      ? { images: await simulateScan(file, work), advisoryPlatforms: ['debian 12'] }
      : await simulatePatch(file, work);
  const at = world.now.toISOString();
  const leaks = world.fault(['secret-in-tools']) !== undefined;
  const result = {
    version: 1,
    jobId: file.jobId,
    attempt: file.attempt,
    startedAt: at,
    finishedAt: at,
    tools: { simulated: leaks ? token : '1' },
    kind: file.kind,
    ...done,
  };
  const text = resultText(result, world.fault(RESULT_FAULTS));
  const cut = end === 'half-result' ? text.slice(0, text.length / 2) : text;
  await world.blobs.putThrough(file.resultUrl, Buffer.from(cut));
}

/** Secrets that a tool might print: the group's token and a writable URL. */
export function secretsOf(spec: ContainerSpec, blobs: MemoryBlobs): string {
  const { file, token } = givenTo(spec, blobs);
  return `${token} ${file.resultUrl}`;
}

function givenTo(
  spec: ContainerSpec,
  blobs: MemoryBlobs,
): { readonly file: JobFile; readonly token: string } {
  const file = jobFileOf(spec, blobs);
  const config = JSON.parse(spec.secretFiles['config.json'] ?? '');
  return { file, token: config.auths[file.registry].registrytoken };
}

function resultText(
  result: { readonly kind: 'scan' | 'patch'; readonly attempt: number },
  fault: (typeof RESULT_FAULTS)[number] | undefined,
): string {
  switch (fault) {
    case undefined:
      return JSON.stringify(result);
    case 'result-malformed':
      return `{"__proto__":{"kind":"scan"},"images":[${'['.repeat(200)}${']'.repeat(200)}]}`;
    case 'result-too-large':
      return JSON.stringify({ ...result, padding: 'x'.repeat(MAX_RESULT_BYTES) });
    case 'result-of-another-attempt':
      return JSON.stringify({ ...result, attempt: result.attempt + 1 });
    case 'result-of-another-kind':
      return result.kind === 'scan'
        ? JSON.stringify({ ...result, kind: 'patch', advisoryPlatforms: undefined, images: [] })
        : JSON.stringify({ ...result, kind: 'scan', advisoryPlatforms: [], images: [] });
    default:
      return fault satisfies never;
  }
}
