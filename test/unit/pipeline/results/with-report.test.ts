import { beforeEach, describe, expect, it } from 'vitest';
import { inTurn } from '../../../../lib/in-turn.ts';
import { SMALL_REPORT_BYTES, withReport } from '../../../../lib/pipeline/results/with-report.ts';
import type { Services } from '../../../../lib/pipeline/services.ts';
import { CONTAINERS } from '../../../../lib/storage/blobs.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryBlobs } from '../../../fakes/memory-blobs.ts';

/** The host runs as many steps at once. */
const STEPS = 12;

let services: Pick<Services, 'blobs' | 'largeReports'>;

const report = (name: string) => ({ container: CONTAINERS.results, name });

/** Stores as many reports of this size. */
async function store(size: number): Promise<readonly string[]> {
  const names = Array.from({ length: STEPS }, (_, at) => `${size}-${at}.json`);
  for (const name of names) {
    await services.blobs.create(CONTAINERS.results, name, new Uint8Array(size), 'text/plain');
  }
  return names;
}

/** Uses the reports in as many steps at once. Returns the most that were used together. */
async function mostTogether(names: readonly string[]): Promise<number> {
  let [now, most] = [0, 0];
  const bytes = await Promise.all(
    names.map((name) =>
      withReport(services, report(name), async (blob) => {
        now += 1;
        most = Math.max(most, now);
        await new Promise(setImmediate);
        now -= 1;
        return blob.found ? blob.bytes.length : 0;
      }),
    ),
  );
  expect(bytes).not.toContain(0);
  return most;
}

beforeEach(() => {
  services = { blobs: new MemoryBlobs({ clock: new ManualClock() }), largeReports: inTurn() };
});

describe('twelve steps at once', () => {
  it('hold one large report together', async () => {
    expect(await mostTogether(await store(SMALL_REPORT_BYTES + 1))).toBe(1);
  });

  it('do not wait for each other with small reports', async () => {
    expect(await mostTogether(await store(SMALL_REPORT_BYTES))).toBe(STEPS);
  });

  it('read nothing of a large report before its turn', async () => {
    const { blobs } = services;
    const names = await store(SMALL_REPORT_BYTES + 1);
    let held = 0;
    const read = blobs.read.bind(blobs);
    blobs.read = async (...call) => {
      const blob = await read(...call);
      if (blob.found) held += 1;
      return blob;
    };

    await Promise.all(
      names.map((name) =>
        withReport(services, report(name), async () => {
          await new Promise(setImmediate);
          expect(held).toBe(1);
          held = 0;
        }),
      ),
    );
  });
});

it('reads a second large report in the same turn', async () => {
  const [one = '', two = ''] = await store(SMALL_REPORT_BYTES + 1);

  const found = await withReport(services, report(one), (_, sameTurn) =>
    withReport(sameTurn, report(two), async (blob) => blob.found),
  );

  expect(found).toBe(true);
});

it('passes the turn on after a failure', async () => {
  const [one = '', two = ''] = await store(SMALL_REPORT_BYTES + 1);
  const failing = withReport(services, report(one), async () => {
    throw new Error('broken');
  });

  await expect(failing).rejects.toThrow('broken');
  expect(await withReport(services, report(two), async ({ found }) => found)).toBe(true);
});

it('says that a report is absent', async () => {
  expect(await withReport(services, report('none.json'), async (blob) => blob)).toEqual({
    found: false,
    why: 'absent',
  });
});
