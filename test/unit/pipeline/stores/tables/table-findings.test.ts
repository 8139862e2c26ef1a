import { expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import {
  withExamination,
  withoutFindings,
  withPublication,
} from '../../../../../lib/pipeline/records/examine-tag.ts';
import { ROW_LIMITS, type RowLimits } from '../../../../../lib/pipeline/records/listed-findings.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { vulnerabilityPartition } from '../../../../../lib/pipeline/stores/tables/finding-rows.ts';
import { TableFindings } from '../../../../../lib/pipeline/stores/tables/table-findings.ts';
import type { Vulnerability } from '../../../../../lib/report/vulnerabilities.ts';
import { TABLES, type TableName, type Tables } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';

const runId = RunId.parse('20261123T020000Z-14f7');
const digest = digestOf('image');
const tag = { repository: RepositoryName.parse('team/api'), tag: Tag.parse('1.4') };
const night = (day: number) => new Date(Date.UTC(2026, 10, day, 2));

/** Scans the tag: finds these vulnerabilities, each with a fix. */
function scan(
  findings: TableFindings,
  day: number,
  ids: readonly string[],
  limits: RowLimits = ROW_LIMITS,
  foundOn = day,
) {
  const at = night(day);
  const source = ids.map(vulnerability);
  const names = { runId, digest, sourceDigest: digest };
  const exam = { ...names, at, patchSeenAt: night(foundOn), source, patch: undefined };
  return findings.change(tag, (known) => withExamination(known, exam, limits));
}

function vulnerability(id: string): Vulnerability {
  return { id, severity: 'high', packages: 'apt', installed: '1.0', fixedVersion: '1.1' };
}

function statesIn(tables: MemoryTables) {
  const rows = tables.all(TABLES.findings).map(({ entity }) => entity);
  return Object.fromEntries(rows.map(({ vulnerability: id, state }) => [String(id), state]));
}

function tablesOf(tables: MemoryTables): Tables {
  return {
    get: tables.get.bind(tables),
    insert: tables.insert.bind(tables),
    replace: tables.replace.bind(tables),
    insertMissing: tables.insertMissing.bind(tables),
    writeTogether: tables.writeTogether.bind(tables),
    delete: tables.delete.bind(tables),
    list: tables.list.bind(tables),
    nextPartition: tables.nextPartition.bind(tables),
  };
}

/** Counts the calls, and throws at the one with this number. */
function counted(tables: MemoryTables, cutAt = Infinity) {
  const calls: string[] = [];
  const note = (name: string) => {
    calls.push(name);
    if (calls.length === cutAt) throw new Error('cut');
  };
  const wrapped: Tables = {
    ...tablesOf(tables),
    get: (table: TableName, partition: string, row: string) => {
      note('get');
      return tables.get(table, partition, row);
    },
    insert: (table, entity) => {
      note('insert');
      return tables.insert(table, entity);
    },
    replace: (table, entity, etag) => {
      note('replace');
      return tables.replace(table, entity, etag);
    },
  };
  return { findings: new TableFindings(wrapped), calls };
}

it('lists the tags that have a vulnerability', async () => {
  const findings = new TableFindings(new MemoryTables());
  await scan(findings, 1, ['CVE-1', 'CVE-2']);

  const found = await Array.fromAsync(
    findings.ofVulnerability('CVE-1', (error) => expect.fail(error.message)),
  );

  expect(found).toEqual([
    expect.objectContaining({ ...tag, digest, state: 'open', packages: 'apt', fixSince: night(1) }),
  ]);
});

it('reads once and writes nothing if the findings are as they were', async () => {
  const tables = new MemoryTables();
  await scan(new TableFindings(tables), 1, ['CVE-1', 'CVE-2']);
  const { findings, calls } = counted(tables);

  await scan(findings, 2, ['CVE-1', 'CVE-2']);

  expect(calls).toEqual(['get']);
});

it('inserts each finding of a new tag once, between two writes of its index', async () => {
  const { findings, calls } = counted(new MemoryTables());

  await scan(findings, 1, ['CVE-1', 'CVE-2', 'CVE-3']);

  expect(calls).toEqual(['get', 'insert', 'insert', 'insert', 'insert', 'replace']);
});

it('reads once and writes nothing for a tag that never had a finding', async () => {
  const { findings, calls } = counted(new MemoryTables());

  await scan(findings, 1, []);

  expect(calls).toEqual(['get']);
});

it('writes the rows that differ, and marks those that are gone', async () => {
  const tables = new MemoryTables();
  await scan(new TableFindings(tables), 1, ['CVE-1', 'CVE-2']);
  const { findings, calls } = counted(tables);

  await scan(findings, 2, ['CVE-2', 'CVE-3']);

  expect(statesIn(tables)).toEqual({ 'CVE-1': 'gone', 'CVE-2': 'open', 'CVE-3': 'open' });
  expect(calls).toHaveLength(6);
});

it('keeps the first sight of a finding that comes back, and starts its clock again', async () => {
  const tables = new MemoryTables();
  const findings = new TableFindings(tables);
  await scan(findings, 1, ['CVE-1']);
  await scan(findings, 2, []);
  const index = await scan(findings, 3, ['CVE-1']);

  expect(index?.findings.get('CVE-1')).toMatchObject({ seenSince: night(1), fixSince: night(3) });
});

it('ends the findings of a tag that is gone', async () => {
  const tables = new MemoryTables();
  const findings = new TableFindings(tables);
  await scan(findings, 1, ['CVE-1']);

  await findings.change(tag, (known) => withoutFindings(known, { runId, at: night(2) }));

  expect(tables.all(TABLES.findings)[0]?.entity).toMatchObject({ state: 'gone', goneAt: night(2) });
});

it('starts the clock of a finding anew if the patch that fixed it is gone', async () => {
  const findings = new TableFindings(new MemoryTables());
  await scan(findings, 1, ['CVE-1']);
  const patch = { digest: digestOf('patch'), findings: [] };
  const published = { runId, at: night(2), sourceDigest: digest, patch };
  await findings.change(tag, (known) => withPublication(known, published));
  const index = await scan(findings, 28, ['CVE-1']);

  expect(index?.findings.get('CVE-1')).toMatchObject({ seenSince: night(1), fixSince: night(28) });
});

it('ends the rows of a tag that is gone after a crash in its first write', async () => {
  const tables = new MemoryTables();
  const { findings } = counted(tables, 4);
  await scan(findings, 1, ['CVE-1', 'CVE-2']).catch(() => undefined);
  expect(Object.values(statesIn(tables))).toContain('open');

  await new TableFindings(tables).change(tag, (known) =>
    withoutFindings(known, { runId, at: night(2) }),
  );

  expect(Object.values(statesIn(tables))).not.toContain('open');
});

it('has the same rows after a crash at any call, if the step is repeated or a later scan differs', async () => {
  for (let cutAt = 2; cutAt <= 8; cutAt += 1) {
    for (const again of [['CVE-2', 'CVE-3'], ['CVE-1']]) {
      const tables = new MemoryTables();
      await scan(new TableFindings(tables), 1, ['CVE-1', 'CVE-2']);
      const { findings } = counted(tables, cutAt);
      await scan(findings, 2, ['CVE-2', 'CVE-3']).catch(() => undefined);

      await scan(new TableFindings(tables), 3, again);

      const open = Object.entries(statesIn(tables)).flatMap(([id, state]) =>
        state === 'open' ? [id] : [],
      );
      expect({ cutAt, open }).toEqual({ cutAt, open: again });
    }
  }
});

it('remembers that a tag is gone, with one read and one write, so that no late scan opens findings', async () => {
  const tables = new MemoryTables();
  const { findings, calls } = counted(tables);
  const end = (day: number) =>
    findings.change(tag, (known) => withoutFindings(known, { runId, at: night(day) }));
  await end(2);
  expect(calls).toEqual(['get', 'insert']);

  await scan(findings, 9, ['CVE-1'], ROW_LIMITS, 1);
  expect(tables.all(TABLES.findings)).toEqual([]);

  await end(10);
  expect(calls.slice(2)).toEqual(['get', 'get']);
});

it('ends what a run opens while another one finds that the tag is gone', async () => {
  for (let cutAt = 1; cutAt <= 4; cutAt += 1) {
    const tables = new MemoryTables();
    let inserts = 0;
    const end = () =>
      new TableFindings(tables).change(tag, (known) =>
        withoutFindings(known, { runId, at: night(2) }),
      );
    const late = new TableFindings({
      ...tablesOf(tables),
      insert: async (table, entity) => {
        inserts += 1;
        if (inserts === cutAt) await end();
        return tables.insert(table, entity);
      },
    });
    await scan(late, 3, ['CVE-1', 'CVE-2'], ROW_LIMITS, 1);
    await end();

    expect(Object.values(statesIn(tables)).filter((state) => state !== 'gone')).toEqual([]);
  }
});

it('ends no finding of 3,000 when 50 worse ones come, and one of them when the image lacks it', async () => {
  const tables = new MemoryTables();
  const findings = new TableFindings(tables);
  const old = Array.from({ length: 3000 }, (_, at) => `B-${at}`);
  const worse = Array.from({ length: 50 }, (_, at) => `A-${at}`);
  const open = () => Object.values(statesIn(tables)).filter((state) => state === 'open').length;

  await scan(findings, 1, old);
  await scan(findings, 2, [...worse, ...old]);
  expect(open()).toBe(3050);

  await scan(findings, 3, [...worse, ...old.slice(0, -1)]);
  expect(open()).toBe(3049);
  expect(statesIn(tables)['B-2999']).toBe('gone');

  await scan(findings, 4, old);
  expect(open()).toBe(3000);
  const row = tables.all(TABLES.findings).find(({ entity }) => entity.vulnerability === 'B-2998');
  expect(row?.entity).toMatchObject({ seenSince: night(1), fixSince: night(1), state: 'open' });
});

it('ends no finding that the image has after a crash at any call, and none without a row counts', async () => {
  const few = { worst: 3, most: 4 };
  const old = ['B-1', 'B-2', 'B-3'];
  for (let cutAt = 2; cutAt <= 5; cutAt += 1) {
    for (const again of [['A-1', 'A-2', 'A-3', ...old], old, ['A-4', 'A-5', ...old, 'A-1']]) {
      const tables = new MemoryTables();
      await scan(new TableFindings(tables), 1, old, few);
      const { findings } = counted(tables, cutAt);
      await scan(findings, 2, ['A-1', 'A-2', 'A-3', ...old], few).catch(() => undefined);

      const index = await scan(new TableFindings(tables), 3, again, few);

      const states = statesIn(tables);
      const wrong = Object.entries(states).filter(
        ([id, state]) => (state === 'gone') === again.includes(id),
      );
      expect({ cutAt, again, wrong }).toEqual({ cutAt, again, wrong: [] });
      expect(index?.findings.get('B-3')).toMatchObject({ fixSince: night(1) });
      expect(index?.unlisted ?? 0).toBe(again.filter((id) => states[id] === undefined).length);
    }
  }
});

it('leaves a row of a crashed scan to the next one if a patch is published meanwhile', async () => {
  const tables = new MemoryTables();
  await scan(new TableFindings(tables), 1, ['CVE-1']);
  const { findings } = counted(tables, 4);
  await scan(findings, 2, ['CVE-1', 'CVE-2']).catch(() => undefined);
  expect(statesIn(tables)).toEqual({ 'CVE-1': 'open', 'CVE-2': 'open' });
  const patch = { digest: digestOf('patch'), findings: [] };
  const published = { runId, at: night(3), sourceDigest: digest, patch };
  await new TableFindings(tables).change(tag, (known) => withPublication(known, published));
  expect(statesIn(tables)).toEqual({ 'CVE-1': 'fixed', 'CVE-2': 'open' });

  await scan(new TableFindings(tables), 4, ['CVE-1']);

  expect(statesIn(tables)).toEqual({ 'CVE-1': 'open', 'CVE-2': 'gone' });
});

it('lets the later of two writers win, and keeps its rows from the one that stalled', async () => {
  const tables = new MemoryTables();
  await scan(new TableFindings(tables), 1, ['CVE-1']);
  let resume: () => void = () => undefined;
  const stalled = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const slow = new TableFindings({
    ...tablesOf(tables),
    insert: async (table, entity) => {
      await stalled;
      return tables.insert(table, entity);
    },
  });
  const late = scan(slow, 2, ['CVE-1', 'CVE-2']);
  await new Promise(setImmediate);
  await scan(new TableFindings(tables), 3, ['CVE-1']);
  resume();
  await late;

  expect(statesIn(tables)).toEqual({ 'CVE-1': 'open', 'CVE-2': 'gone' });
});

it('escapes ids that a key can not hold', () => {
  expect(vulnerabilityPartition('CVE-2026-109518')).toBe('CVE-2026-109518');
  expect(vulnerabilityPartition("a/b'ü")).toBe('a~002fb~0027~00fc');
});
