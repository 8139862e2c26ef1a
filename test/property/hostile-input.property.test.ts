import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256Hex } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { JobFile } from '../../lib/job/job-file.ts';
import { JobMessage, RunMessage } from '../../lib/pipeline/messages.ts';
import { stepJob } from '../../lib/pipeline/step-job.ts';
import { tickRun } from '../../lib/pipeline/tick-run.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { PLAIN_COURSE } from '../fakes/containers/group-course.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from '../pipeline/debian-report.ts';
import { PipelineWorld } from '../pipeline/pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const NASTY = [
  '../../etc/passwd',
  'a\nb\r\n\u2028',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '=HYPERLINK("x")',
  '\u202e\u0000',
  'x'.repeat(100_000),
];
const nasty = fc.constantFrom(...NASTY);
/** Any JSON, with names and texts that have done harm elsewhere. */
const hostile = fc.oneof(
  nasty,
  fc.jsonValue({ maxDepth: 4 }),
  fc.dictionary(nasty, fc.jsonValue({ maxDepth: 2 })),
  fc.record({ version: fc.constant(1), kind: nasty, images: fc.array(nasty, { maxLength: 3 }) }),
);

/** A run over one image whose worker writes these bytes, where it should write a result or a report. */
async function runWith(written: {
  readonly result?: Uint8Array;
  readonly report?: Uint8Array;
}): Promise<{ readonly world: PipelineWorld; readonly state: string; readonly ended: boolean }> {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: () => debianReport([]) },
    pipeline: { pollSeconds: 120, tickSeconds: 120 },
  });
  await world.seedDatabase();
  await seedImage(world.registry, { repository: API, tags: [Tag.parse('v1')] });
  const decide = world.groups.decide;
  world.groups.decide = (spec, nth) => {
    const usual = decide(spec, nth);
    const file = JobFile.parse(JSON.parse(spec.secretFiles['job.json'] ?? ''));
    if (file.kind !== 'scan') return usual;
    const work = async () => {
      const { report } = written;
      if (report !== undefined) {
        const [image] = file.images;
        await world.blobs.putThrough(image?.reportUrl ?? '', report);
      }
      const at = world.clock.now().toISOString();
      const claim = {
        digest: file.images[0]?.digest,
        outcome: 'scanned',
        reportSha256: sha256Hex(report ?? new Uint8Array()),
        reportBytes: report?.length ?? 0,
      };
      const result = {
        version: 1,
        jobId: file.jobId,
        attempt: file.attempt,
        startedAt: at,
        finishedAt: at,
        tools: {},
        kind: 'scan',
        advisoryPlatforms: ['debian 12'],
        images: [claim],
      };
      await world.blobs.putThrough(
        file.resultUrl,
        written.result ?? Buffer.from(JSON.stringify(result)),
      );
    };
    return { ...PLAIN_COURSE, work };
  };
  const run = await world.run();
  const target = await world.target(run.runId, 'team/api', 'v1');
  return { world, state: `${target.state} ${target.reason}`, ended: run.state === 'completed' };
}

describe('a result that is anything at all', () => {
  it('ends its target with a reason and its run', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (value) => {
        const { ended, state } = await runWith({ result: Buffer.from(JSON.stringify(value)) });

        expect({ ended, state }).toEqual({ ended: true, state: 'failed result-invalid' });
      }),
      { numRuns: 15 },
    );
  });

  it.each([
    ['ten megabytes', Buffer.alloc(10_000_000, 'x')],
    ['a hundred thousand brackets', Buffer.from(`${'['.repeat(1e5)}${']'.repeat(1e5)}`)],
    ['no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('also where it is %s', async (_, result) => {
    const { ended, state } = await runWith({ result });

    expect({ ended, state }).toEqual({ ended: true, state: 'failed result-invalid' });
  });
});

it('ends a target with a reason whatever stands in its report', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (value) => {
      const { ended, state } = await runWith({ report: Buffer.from(JSON.stringify(value)) });

      expect(ended).toBe(true);
      expect(state).toMatch(/^(failed report-invalid|skipped unsupported-os)$/);
    }),
    { numRuns: 15 },
  );
});

it('takes no text of a worker into a row as it came', async () => {
  const finding = { id: 'CVE-1', package: NASTY.join(' '), fixed: '2' };
  const report = Buffer.from(JSON.stringify(debianReport([finding])));

  const { world, ended } = await runWith({ report });

  expect(ended).toBe(true);
  const rows = Object.values(TABLES).flatMap((table) => world.tables.all(table));
  const texts = rows.flatMap(({ entity }) => Object.values(entity)).map(String);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(texts.filter((text) => /[\u0000\u202e\u2028\r]/.test(text))).toEqual([]);
});

describe('a message that is anything at all', () => {
  it('is refused, or names a run and a job by keys of their form', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostile, fc.record({ runId: nasty, jobId: nasty, wake: fc.integer() })),
        (value) => {
          const run = RunMessage.safeParse(value);
          const job = JobMessage.safeParse(value);

          expect(run.success || job.success).toBe(false);
        },
      ),
    );
  });

  it('does nothing where no such run or job is', async () => {
    const world = new PipelineWorld({ policy: {}, script: { report: () => debianReport([]) } });
    const runId = '20261123T020000Z-0000';
    const before = world.tables.writes;

    await tickRun(world.services, RunMessage.parse({ runId }));
    await stepJob(world.services, JobMessage.parse({ runId, jobId: 'scan-none', wake: 0 }));

    expect(world.tables.writes).toBe(before);
    expect(world.queues.pending()).toEqual([]);
  });
});
