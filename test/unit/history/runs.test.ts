import { describe, expect, it } from 'vitest';
import { archivedRunsLine } from '../../../lib/cli/output/archived-runs-line.ts';
import { findRun } from '../../../lib/history/find-run.ts';
import { listTargets, targetOf } from '../../../lib/history/run-targets.ts';
import { listRuns } from '../../../lib/history/runs.ts';
import { RunId } from '../../../lib/pipeline/records/run-id.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { TABLES } from '../../../lib/storage/tables.ts';
import { FIRST, NOW, SECOND, THIRD, threeNights } from './history-samples.ts';

const { history, tables, operations } = await threeNights();
const lastNight = THIRD;
const ids = async (filters: Parameters<typeof listRuns>[1]) =>
  (await listRuns(history, filters, NOW)).items.map(({ id }) => id);

describe('the list of runs', () => {
  it('is newest first, in one operation', async () => {
    operations();

    const [going, ...nights] = await ids({});

    expect(nights).toEqual([THIRD, SECOND, FIRST]);
    expect(going).toMatch(/^20261125T075900Z-/);
    expect(operations()).toBe(1);
  });

  it.each([
    [{ state: 'completed' }, [SECOND]],
    [{ state: 'completed,completed-with-failures', since: '24h' }, [THIRD]],
    [{ since: '2026-11-24T02:00:00Z', trigger: 'schedule' }, [THIRD, SECOND]],
    [{ since: '2026-11-24T02:00:01Z', trigger: 'schedule' }, [THIRD]],
    [{ reason: 'policy-missing' }, []],
  ])('filters by %j', async (filters, expected) => {
    expect(await ids(filters)).toEqual(expected);
  });

  it('goes on at the continuation token, until there are no more', async () => {
    const first = await listRuns(history, { limit: '3' }, NOW);
    const second = await listRuns(history, { limit: '3', after: first.next ?? '' }, NOW);

    expect(first.items).toHaveLength(3);
    expect(second.items.map(({ id }) => id)).toEqual([FIRST]);
    expect(second.next).toBeNull();
  });

  it('leaves out a row that no version of the schema explains, and counts it', async () => {
    const own = await threeNights();
    const row = { partitionKey: 'run', rowKey: '0', state: 'unheard-of' };
    await own.tables.insert(TABLES.runs, row);

    const page = await listRuns(own.history, {}, NOW);

    expect(page).toMatchObject({ unreadable: 1 });
    expect(page.items).toHaveLength(4);
  });
});

describe('a run that a person names', () => {
  it('is found by its id, in one point read', async () => {
    operations();

    expect(await findRun(history, lastNight)).toMatchObject({
      found: 'one',
      item: { id: THIRD },
    });
    expect(operations()).toBe(1);
  });

  it.each(['20261124', '20261124T02'])('is found by the unique beginning %s', async (name) => {
    expect(await findRun(history, name)).toMatchObject({ found: 'one', item: { id: SECOND } });
    expect(operations()).toBe(1);
  });

  it('is the newest one as "latest"', async () => {
    expect(await findRun(history, 'latest')).toMatchObject({
      item: { startedBy: 'function key alice' },
    });
  });

  it('is one of several if the beginning is not unique', async () => {
    expect(await findRun(history, '20261125')).toMatchObject({
      found: 'several',
      names: [expect.stringContaining('20261125T0759'), THIRD],
    });
  });

  it.each(['20261125T020000Z-ffff', '20251125', "'; drop", ''.padEnd(500, 'x')])(
    'is not found as %j, and the nearest are named',
    async (name) => {
      const answer = await findRun(history, name);

      expect(answer.found).toBe('none');
      if (answer.found === 'none') expect(answer.nearest).toHaveLength(3);
    },
  );

  it('names the nearest run first', async () => {
    const wrong = `${lastNight.slice(0, -1)}${lastNight.endsWith('0') ? '1' : '0'}`;
    expect(await findRun(history, wrong)).toMatchObject({ nearest: [THIRD, SECOND, FIRST] });
  });
});

describe('a run that is archived', () => {
  const id = RunId.parse('20260823T020000Z-14f7');
  const archive = {
    ...{ runId: id, blob: `runs/${id}.jsonl.gz`, sha256: 'ab', bytes: 1, rows: 2 },
    archivedAt: NOW,
  };

  it.each([id, '20260823'])('is named with its archive, by %s', async (name) => {
    const own = await threeNights();
    await tableStores(own.tables).runArchives.note(archive);

    expect(await findRun(own.history, name)).toEqual({ found: 'none', nearest: [], archive });
    expect(await findRun(own.history, '20260824')).not.toHaveProperty('archive');
  });

  it('is one of several names if others begin so, too', async () => {
    const own = await threeNights();
    const { runArchives } = tableStores(own.tables);
    const other = RunId.parse('20260823T030000Z-14f7');
    await runArchives.note(archive);
    await runArchives.note({ ...archive, runId: other });

    expect(await findRun(own.history, '20260823')).toEqual({
      found: 'several',
      names: [other, id],
    });
    expect(await findRun(own.history, '20260823T02')).toHaveProperty('archive', archive);
  });

  it('is no run of the lists', async () => {
    const own = await threeNights();
    await tableStores(own.tables).runArchives.note(archive);

    expect((await listRuns(own.history, {}, NOW)).items).toHaveLength(4);
    expect(await archivedRunsLine(own.history)).toEqual([expect.stringContaining(id)]);
    expect(await archivedRunsLine(history)).toEqual([]);
  });
});

describe('the images of a run', () => {
  it.each([
    [{}, ['1', '1.4', '1.5', '2.0']],
    [{ state: 'failed,skipped' }, ['1', '2.0']],
    [{ reason: 'tool-failed' }, ['2.0']],
    [{ repository: 'team/api' }, ['1.4', '1.5']],
    [{ repository: 'team/w*' }, ['1', '2.0']],
    [{ repository: 'team/w' }, []],
  ])('are filtered by %j', async (filters, expected) => {
    operations();
    const { items } = await listTargets(history, lastNight, filters);

    expect(items.map(({ tag }) => tag).sort()).toEqual(expected);
    expect(operations()).toBe(1);
  });

  it('are found by name in one point read', async () => {
    const found = await targetOf(history, lastNight, { repository: 'team/web', tag: '2.0' });

    expect(found).toMatchObject({ state: 'failed', detail: 'no package manager' });
    expect(operations()).toBe(1);
    expect(tables.all(TABLES.targets)).toHaveLength(12);
  });
});
