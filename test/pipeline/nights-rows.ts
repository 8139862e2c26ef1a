import { type Entity, TABLES, type TableName } from '../../lib/storage/tables.ts';
import type { PipelineWorld } from './pipeline-world.ts';
import { lostImages, threeNights } from './three-nights.ts';

/** A run whose targets are as they were in the middle of the third night. */
const RUN_IN_THE_MIDDLE = '20261125T021140Z-14f7';
/** A run with outcomes that the nights lack. */
const RUN_OF_RARE_OUTCOMES = '20261122T020000Z-0ddd';

/**
 * Rows of every table after the three nights, and some that they lack: images and a run with warnings
 * from `lostImages`, rare outcomes, and a run in the middle of its work with its targets.
 */
export async function nightsRows(): Promise<ReadonlyMap<TableName, readonly Entity[]>> {
  const { world, third, beside, meanwhile, running } = await threeNights();
  const lost = await lostImages();
  const inNight = ({ partitionKey }: Entity) => partitionKey === third;
  const target = rowsOf(world, TABLES.targets).find((row) => inNight(row) && row.tag === '1.4');
  const job = rowsOf(world, TABLES.jobs).find(inNight);
  const tag = rowsOf(world, TABLES.inventory).find(({ rowKey }) => rowKey === '1.4');
  const warned = rowsOf(lost, TABLES.runs).find(({ warnings }) => warnings !== '');
  if (!target || !job || !tag || !warned || !running) throw new Error('the nights lack rows');
  const inTheMiddle = meanwhile
    .filter(({ partitionKey }) => partitionKey === beside)
    .map((row) => ({ ...row, partitionKey: RUN_IN_THE_MIDDLE }));
  const rare: Partial<Record<TableName, readonly Entity[]>> = {
    [TABLES.runs]: [warned, { ...running, rowKey: `~${running.rowKey}` }],
    [TABLES.targets]: [...rareTargets(target), ...inTheMiddle],
    [TABLES.jobs]: [lostJob(job)],
    [TABLES.inventory]: [...rowsOf(lost, TABLES.inventory), partlyPatched(tag)],
  };
  const tables = Object.values(TABLES);
  return new Map(tables.map((table) => [table, [...rowsOf(world, table), ...(rare[table] ?? [])]]));
}

function rowsOf(world: PipelineWorld, table: TableName): readonly Entity[] {
  return world.tables.all(table).map(({ entity }) => entity);
}

/** Pushes of others under a patch's tag, a refused patch, and one that gives setuid back. */
function rareTargets(target: Entity): readonly Entity[] {
  const named = (tag: string, changes: Readonly<Record<string, string | number | boolean>>) => ({
    ...target,
    partitionKey: RUN_OF_RARE_OUTCOMES,
    repository: 'team/rare',
    tag,
    rowKey: tag,
    ...changes,
  });
  return [
    named('replaced', { replacedPush: true }),
    named('race-lost', { state: 'skipped', reason: 'tag-race-lost' }),
    named('alone', { replacedPush: false }),
    named('refused', { state: 'rejected', reason: 'not-fixed', detail: 'CVE-1 in apt' }),
    named('setuid', { regainedPaths: 1, regainedFiles: '/usr/bin/su' }),
  ];
}

function lostJob(job: Entity): Entity {
  const lost = { state: 'lost', reason: 'quota', detail: 'ContainerGroupQuotaReached' };
  return { ...job, partitionKey: RUN_OF_RARE_OUTCOMES, rowKey: 'patch-lost', ...lost };
}

function partlyPatched(tag: Entity): Entity {
  const names = { partitionKey: 'team|rare', repository: 'team/rare', tag: 'partly' };
  const patch = { patchTag: 'partly-1', patchFixable: 3, changedIn: RUN_OF_RARE_OUTCOMES };
  return { ...tag, ...names, rowKey: 'partly', ...patch };
}
