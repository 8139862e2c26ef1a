import { beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { type Target, targetIdOf } from '../../../lib/pipeline/records/target.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';
import { GENERATED_BY, generateHistory, NIGHTS } from './generate-history.ts';
import { GENERATED } from './generated-course.ts';
import { writeHistory } from './write-history.ts';

const REAL = { createdAt: new Date('2026-11-30T13:05:00Z') };
const STORES = tableStores(new MemoryTables());

beforeAll(() => writeHistory(STORES, generateHistory(REAL, realTargets())));

describe('the generated history', () => {
  it('has four weeks of ended runs before the real one', async () => {
    const runs = await storedRuns();

    expect(runs).toHaveLength(NIGHTS);
    expect(runs.at(0)?.createdAt).toEqual(new Date('2026-11-30T02:00:00Z'));
    expect(runs.at(-1)?.createdAt).toEqual(new Date('2026-11-03T02:00:00Z'));
    for (const { state, active, targets, finishedAt = REAL.createdAt, ...run } of runs) {
      const { clean, patched, alreadyPatched, waiting, skipped, rejected, failed } = run;
      expect(active).toBe(0);
      expect(clean + patched + alreadyPatched + waiting + skipped + rejected + failed).toBe(
        targets,
      );
      expect(state).toBe(failed + rejected > 0 ? 'completed-with-failures' : 'completed');
      expect(finishedAt.getTime()).toBeLessThan(REAL.createdAt.getTime());
    }
  });

  it('says in each row that it is generated', async () => {
    for (const run of await storedRuns()) {
      expect(run).toMatchObject({ startedBy: GENERATED_BY, warnings: GENERATED });
      for (const { detail } of await targetsOf(run.id)) expect(detail).toContain(GENERATED);
    }
  });

  it('has patches, failures and a refused patch, and more images with time', async () => {
    const runs = await storedRuns();
    const total = (count: (run: (typeof runs)[number]) => number) =>
      runs.reduce((sum, run) => sum + count(run), 0);

    expect(total(({ patched }) => patched)).toBeGreaterThan(NIGHTS / 2);
    expect(total(({ failed }) => failed)).toBeGreaterThan(0);
    expect(total(({ rejected }) => rejected)).toBeGreaterThan(0);
    expect(runs.at(0)?.targets).toBeGreaterThan(runs.at(-1)?.targets ?? 0);
  });

  it('names no patch, since the registry has none', async () => {
    for (const { id } of await storedRuns()) {
      for (const target of await targetsOf(id)) {
        expect([target.patchTag, target.patchDigest, target.reportBefore]).toEqual([
          undefined,
          undefined,
          undefined,
        ]);
      }
    }
  });

  it('is the same for the same images and time', () => {
    expect(generateHistory(REAL, realTargets())).toEqual(generateHistory(REAL, realTargets()));
  });

  it('ends an hour before the real run, even if that begins right after the hour of the nights', () => {
    const nights = generateHistory({ createdAt: new Date('2026-11-30T02:30:00Z') }, realTargets());

    expect(nights.at(-1)?.run.createdAt).toEqual(new Date('2026-11-29T02:00:00Z'));
  });
});

function storedRuns() {
  return Array.fromAsync(
    STORES.runs.newestFirst((error) => {
      throw error;
    }),
  );
}

function targetsOf(runId: RunId) {
  return Array.fromAsync(STORES.targets.ofRun(runId));
}

/** Targets of a real run: some patched, some left alone. */
function realTargets(): readonly Target[] {
  const names = ['api', 'shop', 'billing', 'gateway', 'search', 'mailer', 'web', 'jobs'];
  return names.map((name, index) => {
    const repository = RepositoryName.parse(`team/${name}`);
    const isPatched = index !== 4;
    return {
      id: targetIdOf(repository, '1.0'),
      runId: RunId.parse('20261130T130500Z-d69f'),
      repository,
      tag: Tag.parse('1.0'),
      state: isPatched ? 'patched' : 'skipped',
      ...(!isPatched && { reason: 'no-fix-available' }),
      ...{ patches: [], job: '', round: 1, attempts: 0 },
      digest: digestOf(name),
      sourceDigest: digestOf(name),
      patchTag: Tag.parse('1.0-1'),
      ...{ beforeCritical: 8, beforeHigh: 25, beforeMedium: 59, beforeLow: 8, beforeUnknown: 0 },
      beforeFixable: 90,
      ...(isPatched && { afterCritical: 0, afterHigh: 1, afterMedium: 0, afterLow: 8 }),
      reportBefore: 'a/report.json',
      discoveredAt: REAL.createdAt,
      scannedAt: REAL.createdAt,
      finishedAt: REAL.createdAt,
    } satisfies Target;
  });
}
