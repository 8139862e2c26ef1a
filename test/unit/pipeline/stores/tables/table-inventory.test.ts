import { beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../../lib/image/reference.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import type { Target } from '../../../../../lib/pipeline/records/target.ts';
import { TableInventory } from '../../../../../lib/pipeline/stores/tables/table-inventory.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';
import { target } from '../../run/run-samples.ts';

const API = RepositoryName.parse('team/api');
const V1 = Tag.parse('v1');
const SOURCE = digestOf('source');
const IMAGE = { repository: API, digest: SOURCE };
const [RUN, OTHER] = ['20261123T020000Z-7f3a', '20261124T020000Z-7f3a'].map((id) =>
  RunId.parse(id),
) as [RunId, RunId];
const DEADLINE = new Date('2026-11-23T14:00:00Z');
const TERMS = { now: new Date('2026-11-23T02:00:00Z'), over: new Set<string>() };

let tables: MemoryTables;
let inventory: TableInventory;
beforeEach(() => {
  tables = new MemoryTables();
  inventory = new TableInventory(tables);
});

const ended = (changes: Partial<Target> = {}) =>
  target('team/api', 'v1', {
    state: 'clean',
    digest: SOURCE,
    sourceDigest: SOURCE,
    finishedAt: TERMS.now,
    ...changes,
  });
const keys = () => tables.all(TABLES.inventory).map(({ entity }) => entity.rowKey);

describe('a claim', () => {
  const claim = (id: RunId, terms = TERMS) =>
    inventory.claim(IMAGE, { id, deadline: DEADLINE }, terms);

  it('is of one run at a time, and that run may repeat it', async () => {
    expect(await claim(RUN)).toEqual({ ok: true });
    expect(await claim(RUN)).toEqual({ ok: true });
    expect(await claim(OTHER)).toEqual({ ok: false, heldBy: RUN });
  });

  it('ends when its run releases it, and no other run', async () => {
    await claim(RUN);
    await inventory.release(IMAGE, OTHER);
    expect(await claim(OTHER)).toMatchObject({ ok: false });

    await inventory.release(IMAGE, RUN);
    expect(await claim(OTHER)).toEqual({ ok: true });
  });

  it('gives way once its run is over', async () => {
    await claim(RUN);

    expect(await claim(OTHER, { ...TERMS, over: new Set([RUN]) })).toEqual({ ok: true });
  });
});

it('remembers patches and which one is the newest, and writes nothing for none', async () => {
  const [older, newest] = [digestOf('older'), digestOf('newest')];
  await inventory.rememberPatches(IMAGE, []);
  expect(tables.writes).toBe(0);

  await inventory.rememberPatches(IMAGE, [older]);
  await inventory.rememberNewest(IMAGE, { patch: newest, runId: RUN });

  expect(await inventory.findImage(IMAGE)).toMatchObject({
    patchDigests: [older, newest],
    newestPatch: newest,
    newestRun: RUN,
  });
});

it('backs off an image until its back-off ends', async () => {
  await inventory.backOff(IMAGE, { runId: RUN, fingerprint: 'f', tools: 't', at: TERMS.now });
  expect(await inventory.findImage(IMAGE)).toMatchObject({ failures: 1, failedFingerprint: 'f' });

  await inventory.endBackOff(IMAGE);
  expect(await inventory.findImage(IMAGE)).toMatchObject({ failures: 0 });
});

describe('record', () => {
  it('writes the record of a tag and its copies together', async () => {
    await inventory.record(ended());

    expect(await inventory.findTag({ repository: API, tag: V1 })).toMatchObject({ state: 'clean' });
    expect(keys().sort()).toEqual([SOURCE, 'v1'].sort());
  });

  it('writes nothing the second time, nor for a repository that does not exist', async () => {
    await inventory.record(ended());
    const { writes } = tables;

    await inventory.record(ended());
    await inventory.record(ended({ tag: '*' }));

    expect(tables.writes).toBe(writes);
  });

  it('replaces a row of an earlier version', async () => {
    await tables.insert(TABLES.inventory, { partitionKey: 'team|api', rowKey: 'v1', of: 'old' });
    expect(await inventory.findTag({ repository: API, tag: V1 })).toBeUndefined();

    await inventory.record(ended());

    expect(await inventory.findTag({ repository: API, tag: V1 })).toMatchObject({ state: 'clean' });
  });

  it('merges with what another writer recorded first', async () => {
    const { get } = tables;
    let races = 1;
    tables.get = async (...args) => {
      const found = await get.apply(tables, args);
      if (races > 0) {
        races -= 1;
        const later = new Date('2026-11-24T02:00:00Z');
        const times = { discoveredAt: later, finishedAt: later };
        await inventory.record(
          ended({ ...times, runId: OTHER, state: 'failed', reason: 'timeout' }),
        );
      }
      return found;
    };

    await inventory.record(ended());

    expect(await inventory.findTag({ repository: API, tag: V1 })).toMatchObject({ runId: OTHER });
  });

  it('gives up after 50 races in a row', async () => {
    let tries = 0;
    tables.writeTogether = async () => {
      tries += 1;
      return undefined;
    };

    await expect(inventory.record(ended())).rejects.toThrow(
      'too many concurrent changes to the inventory of team/api:v1',
    );
    expect(tries).toBe(50);
  });
});

it('retires what a run did not find, and moves the rows of an earlier version', async () => {
  await inventory.record(ended({ discoveredAt: TERMS.now }));
  await tables.insert(TABLES.inventory, {
    ...IMAGE,
    partitionKey: 'team|api',
    rowKey: `@${SOURCE}`,
    claimedBy: '',
    patchDigests: '[]',
    failures: 2,
  });
  const later = new Date('2026-11-24T02:00:00Z');

  await inventory.retire(API, {
    runId: 'run',
    wanted: new Set(),
    tags: new Map(),
    since: later,
    listedAt: later,
  });

  expect(await inventory.findTag({ repository: API, tag: V1 })).toMatchObject({ present: false });
  expect(await inventory.findImage(IMAGE)).toMatchObject({ failures: 2 });
  expect(keys().sort()).toEqual([SOURCE, 'v1'].sort());
});

it('lists the repositories one by one, and passes over what is not one', async () => {
  for (const partitionKey of ['a', 'NotAName', 'team|api']) {
    await tables.insert(TABLES.inventory, { partitionKey, rowKey: 'v1' });
  }
  const seen: string[] = [];
  let next = await inventory.nextRepository('');
  while (next !== undefined) {
    seen.push(next.repository);
    next = await inventory.nextRepository(next.cursor);
  }

  expect(seen).toEqual(['a', 'team/api']);
});
