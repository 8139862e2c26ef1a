import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { stepJob } from '../../lib/pipeline/job/step-job.ts';
import { JobMessage, RunMessage } from '../../lib/pipeline/messages.ts';
import { tickRun } from '../../lib/pipeline/run/tick-run.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { QUEUES } from '../../lib/storage/queues.ts';
import { debianReport } from '../pipeline/debian-report.ts';
import { PipelineWorld } from '../pipeline/pipeline-world.ts';
import { alteredWorld } from './hostile/altered-run.ts';
import { EACH_TEXT, hostileText, hostileValue, pollution } from './hostile/hostile-values.ts';
import { runToItsEnd } from './hostile/run-end.ts';

const MOST_BYTES = 48 * 1024;
/** The JSON of a record escapes the message and is therefore larger. */
const MOST_RECORD_BYTES = 10 * MOST_BYTES;
const Record = z.object({ message: z.string() });

describe.each([QUEUES.runs, QUEUES.jobs])('a message in the queue %s', (queue) => {
  it('with any content is recorded unchanged, and the run beside it succeeds', async () => {
    await fc.assert(
      fc.asyncProperty(hostileValue.filter(fits), async (value) => {
        const world = await alteredWorld();
        await world.queues.send(queue, value);

        const end = await runToItsEnd(world);

        expect(end).toEqual({ run: 'completed', target: 'patched', lost: [] });
        expect(await poison(world)).toEqual([JSON.stringify(value)]);
        expect(pollution()).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('the keys of a message', () => {
  it.each([
    ['runs', (text: string) => RunMessage.safeParse({ runId: text })],
    ['jobs', (text: string) => JobMessage.safeParse({ runId: text, jobId: text, wake: 0 })],
    ['jobs of a run', (text: string) => JobMessage.safeParse({ ...JOB, jobId: text })],
  ])('are refused unless they are well-formed: %s', (_, parse) => {
    fc.assert(
      fc.property(
        // These are valid names of jobs.
        hostileText.filter((text) => !/^[a-z0-9-]{1,63}$/.test(text)),
        (text) => {
          expect(parse(text).success).toBe(false);
        },
      ),
      { numRuns: EACH_TEXT.numRuns * 5 },
    );
  });

  it('have no effect if there is no such run or job', async () => {
    const world = new PipelineWorld({ policy: {}, script: { report: () => debianReport([]) } });
    const { runId } = JOB;
    const before = world.tables.writes;

    await tickRun(world.services, RunMessage.parse({ runId }));
    await stepJob(world.services, JobMessage.parse(JOB));

    expect(world.tables.writes).toBe(before);
    expect(world.queues.pending()).toEqual([]);
  });

  it('are refused if nested a hundred thousand levels deep', () => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`);

    expect(RunMessage.safeParse(deep).success).toBe(false);
    expect(JobMessage.safeParse({ ...JOB, wake: deep }).success).toBe(false);
  });
});

const JOB = { runId: '20261123T020000Z-0000', jobId: 'scan-none', wake: 0 };

/** Limit of the service for every message. */
function fits(value: unknown): boolean {
  return Buffer.byteLength(JSON.stringify(value)) <= MOST_BYTES;
}

async function poison(world: PipelineWorld): Promise<readonly string[]> {
  const names = world.blobs.names(CONTAINERS.reports).filter((name) => name.startsWith('poison/'));
  const blobs = await Promise.all(
    names.map((name) => world.blobs.read(CONTAINERS.reports, name, MOST_RECORD_BYTES)),
  );
  return blobs.map((blob) =>
    blob.found ? Record.parse(JSON.parse(Buffer.from(blob.bytes).toString())).message : blob.why,
  );
}
