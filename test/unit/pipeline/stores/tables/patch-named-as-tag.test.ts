import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../../lib/image/digest.ts';
import { Tag } from '../../../../../lib/image/reference.ts';
import { RunId } from '../../../../../lib/pipeline/records/run-id.ts';
import { tableStores } from '../../../../../lib/pipeline/stores/tables/table-stores.ts';
import { TABLES } from '../../../../../lib/storage/tables.ts';
import { MemoryTables } from '../../../../fakes/memory-tables.ts';
import { target } from '../../run/run-samples.ts';

const PATCH = { tag: Tag.parse('v3-patched'), digest: digestOf('patch') };
const RUN_B = RunId.parse('20261124T020000Z-86c8');

/** Returns the time this number of minutes after the start of the first run. */
const at = (minutes: number) => new Date(Date.UTC(2026, 10, 23, 2, minutes));

/** The tag `v3`, whose patch is `v3-patched`. */
const base = (minutes: number) =>
  target('team/api', 'v3', {
    state: 'already-patched',
    digest: digestOf('source'),
    patches: [{ ...PATCH, sourceDigest: digestOf('source'), fingerprint: 'f' }],
    discoveredAt: at(minutes),
    finishedAt: at(600),
  });

/** The patch as a tag of its own, as a run finds it that misses `v3`. */
const alone = (minutes: number) =>
  target('team/api', PATCH.tag, {
    runId: RUN_B,
    state: 'clean',
    digest: PATCH.digest,
    discoveredAt: at(minutes),
    finishedAt: at(minutes + 5),
  });

describe('the row of a patch whose base was deleted', () => {
  it.each([
    ['stays a tag if the run that saw the base before ends later', 0, 1, 'tag'],
    ['names the patch again after a later run saw the base', 10, 1, 'patch'],
  ])('%s', async (_what, baseSeen, patchSeen, kind) => {
    const tables = new MemoryTables();
    const { inventory } = tableStores(tables);

    await inventory.record(alone(patchSeen));
    await inventory.record(base(baseSeen));

    const row = await tables.get(TABLES.inventory, 'team|api', PATCH.tag);
    expect(row?.entity).toMatchObject({ kind });
  });
});
