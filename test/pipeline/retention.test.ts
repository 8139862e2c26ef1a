import { expect, it } from 'vitest';
import type { EvidencePart } from '../../lib/evidence/evidence-part.ts';
import { evidenceParts } from '../../lib/evidence/evidence-parts.ts';
import { findRun } from '../../lib/history/find-run.ts';
import { listFindings } from '../../lib/history/findings.ts';
import { imageStory } from '../../lib/history/image-story.ts';
import { listImages } from '../../lib/history/images.ts';
import { latestReport } from '../../lib/history/latest-report.ts';
import { selectedBy } from '../../lib/history/selected-by.ts';
import { readStatus } from '../../lib/history/status.ts';
import { sha256Hex } from '../../lib/image/digest.ts';
import { reap } from '../../lib/pipeline/upkeep/reap.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { MemoryTableQueries } from '../fakes/memory-table-queries.ts';
import type { PipelineWorld } from './pipeline-world.ts';
import { threeNights } from './three-nights.ts';

/** The reaper archives one run in a round. */
const ROUNDS = 12;

const [{ world }, { world: plain }] = await Promise.all([threeNights(), threeNights()]);
const history = historyOf(world);
const nights = runIdsOf(world);
for (const one of [world, plain]) {
  one.clock.advance({ seconds: 100 * 86_400 });
  // The last looks at the runs.
  for (let round = 0; round < 3; round += 1) await reapHourLater(one, undefined);
}
const now = world.clock.now();
const before = await answersOf(world);
for (let round = 0; round < ROUNDS; round += 1) {
  await reapHourLater(world, 90);
  await reapHourLater(plain, undefined);
}

it('archives every run but the newest, and those on which the state of an image stands', async () => {
  const inUse = new Set(before.images.map(({ image }) => image.runId));
  const left = runIdsOf(world);

  expect(nights).toHaveLength(6);
  expect(left.length).toBeLessThan(nights.length);
  expect(left).toContain(nights[0]);
  for (const id of nights) {
    if (!left.includes(id))
      expect(await findRun(history, id)).toMatchObject({ archive: { runId: id } });
  }
  expect(left).toEqual(expect.arrayContaining([...inUse]));
});

it('changes no answer about images, findings, reports, the state and the back-off', async () => {
  expect(await answersOf(world)).toEqual(before);
});

it('leaves evidence that names every archived run with its blob and hash', async () => {
  const parts: EvidencePart[] = [];
  const range = { from: new Date('2026-11-01T00:00:00Z'), to: now };
  for await (const part of evidenceParts(history, range, { mostReportBytes: 1e6 }))
    parts.push(part);
  const archives = parts.flatMap((part) => (part.kind === 'archived' ? [part.archive] : []));
  const files = parts.flatMap((part) => (part.kind === 'file' ? [part.path] : []));
  const told = [...archives.map(({ runId }) => runId), ...files.map((path) => path.split('/')[1])];

  expect(archives.length).toBeGreaterThan(0);
  expect(told).toEqual(expect.arrayContaining([...nights]));
  for (const { blob, sha256, bytes } of archives) {
    const found = await world.blobs.read(CONTAINERS.archive, blob, 1e6);
    expect(found.found && [sha256Hex(found.bytes), found.bytes.byteLength]).toEqual([
      sha256,
      bytes,
    ]);
  }
});

it('lets the next night end as without it', async () => {
  const endings = await Promise.all(
    [world, plain].map(async (one) => {
      await one.seedDatabase();
      const { id } = await one.run();
      return one.tables
        .all(TABLES.targets)
        .filter(({ entity }) => entity.partitionKey === id)
        .map(({ entity }) => entity);
    }),
  );

  expect(endings[0]?.length).toBeGreaterThan(3);
  expect(endings[0]).toEqual(endings[1]);
});

function historyOf({ tables, blobs }: PipelineWorld) {
  return { tables, blobs, queries: new MemoryTableQueries(tables) };
}

/** The newest first. */
function runIdsOf({ tables }: PipelineWorld): readonly string[] {
  return tables
    .all(TABLES.runs)
    .map(({ entity }) => String(entity.runId))
    .toSorted()
    .toReversed();
}

async function reapHourLater(one: PipelineWorld, retentionDays: number | undefined): Promise<void> {
  one.clock.advance({ seconds: 3600 });
  await reap({ ...one.services, options: { ...one.services.options, retentionDays } });
  await one.settle();
}

/** What people and runs read about images, but for the list of their older runs. */
async function answersOf(one: PipelineWorld) {
  const from = historyOf(one);
  const { items } = await listImages(from, { limit: '100' }, now);
  const images = await Promise.all(
    items.map(async (image) => {
      const { history: runs, nextStep } = await imageStory(from, image);
      const digest = image.sourceDigest;
      return {
        image,
        nextStep,
        last: runs.find(({ runId }) => runId === image.runId),
        rule: await selectedBy(from, image),
        report: await latestReport(from, image),
        known: digest && (await one.services.inventory.findImage({ ...image, digest })),
      };
    }),
  );
  const findings = await Promise.all(['CVE-1', 'CVE-2'].map((id) => listFindings(from, id, {})));
  return { images, findings, status: await readStatus(from, now) };
}
