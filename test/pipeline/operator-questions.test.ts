import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import type { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { targetIdOf } from '../../lib/pipeline/records/target.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import { startWithConnectionString } from '../contract/storage/azurite-accounts.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const OPERATE = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8');
const API = RepositoryName.parse('team/api');
const WEB = RepositoryName.parse('team/web');
const DOCUMENTED_RUN = '20261123T020000Z-14f7';

/**
 * Two nights. A dry run overlaps the first. Then a tag is deleted, and a finding without a fix
 * appears. Two runs overlap in the second. No patch of `team/web` is ever made.
 */
async function twoNights() {
  const findings: { id: string; package: string; fixed?: string }[] = [
    { id: 'CVE-1', package: 'apt', fixed: '1.1' },
  ];
  const broken = new Set<Digest>();
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: [API, WEB].map((repository) => ({ repository, tags: ['*'] })),
    },
    script: {
      report: (layers) =>
        debianReport(findings.filter(({ id }) => layers.length === 1 || id !== 'CVE-1')),
      patch: ({ digest }) =>
        broken.has(digest)
          ? { digest, outcome: 'failed', failure: 'tool-failed', message: 'no package manager' }
          : undefined,
    },
  });
  await world.seedDatabase();
  const seed = async (repository: RepositoryName, tag: string) => {
    const tags = [Tag.parse(tag)];
    const layers = [`a layer of ${repository}:${tag}`];
    const config = { config: {} };
    return (await seedImage(world.registry, { repository, tags, layers, config })).digest;
  };
  const api = await seed(API, '1.4');
  await seed(API, 'old');
  broken.add(await seed(WEB, '2.0'));
  const start = (request: string, dryRun = false): Promise<RunId> => {
    world.clock.advance({ seconds: 1 });
    const due = world.clock.now();
    return startRun(world.services, { trigger: 'manual', request, due, dryRun });
  };
  const first = await start('first night');
  await start('beside it', true);
  await world.settle();
  world.registry.removeTag(API, Tag.parse('old'));
  findings.push({ id: 'CVE-2', package: 'libssl3' });
  world.clock.advance({ seconds: 86_400 });
  await start('second night');
  const beside = await start('beside it');
  const target = targetIdOf('team/api', '1.4');
  while ((await world.services.targets.find(beside, target))?.heldBy === undefined) {
    if (!(await world.step())) throw new Error('no run waits for another');
  }
  const meanwhile = world.tables.all(TABLES.targets).map(({ entity }) => entity);
  await world.settle();
  return { world, api, first, beside, meanwhile };
}

const nights = await twoNights();
const accounts = await startWithConnectionString();
afterAll(() => accounts.close());
const azure = new AzureTables(accounts.provisioned);
for (const table of Object.values(TABLES)) {
  for (const { entity } of nights.world.tables.all(table)) await azure.insert(table, entity);
}
const { beside, meanwhile } = nights;
for (const entity of meanwhile.filter(({ partitionKey }) => partitionKey === beside)) {
  await azure.insert(TABLES.targets, { ...entity, partitionKey: DOCUMENTED_RUN });
}

/** Sends the filter or the keys of the first command behind this sentence of docs/operate.md. */
async function ask(sentence: string, rowKey?: string): Promise<readonly Entity[]> {
  const from = OPERATE.indexOf(sentence);
  if (from === -1) throw new Error(`docs/operate.md does not say: ${sentence}`);
  const command = /az storage entity .*/.exec(OPERATE.slice(from))?.[0] ?? '';
  const option = (name: string) =>
    new RegExp(`--${name} (?:"([^"]*)"|'([^']*)'|(\\S+))`).exec(command)?.slice(1).find(Boolean) ??
    '';
  const table = Object.values(TABLES).find((name) => name === option('table-name'));
  if (table === undefined) throw new Error(`no table in ${command}`);
  if (command.startsWith('az storage entity show')) {
    const row = await azure.get(table, option('partition-key'), rowKey ?? option('row-key'));
    return row === undefined ? [] : [row.entity];
  }
  const found: Entity[] = [];
  const queryOptions = { filter: option('filter') };
  for await (const row of accounts.provisioned.table(table).listEntities({ queryOptions })) {
    const stored = await azure.get(table, row.partitionKey ?? '', row.rowKey ?? '');
    if (stored !== undefined) found.push(stored.entity);
  }
  return found;
}

const names = (rows: readonly Entity[]) =>
  rows.map(({ repository, tag }) => `${String(repository)}:${String(tag)}`).sort();

it('answers whether last night worked', async () => {
  const [last, before] = await ask('The last runs:');

  expect(last).toMatchObject({ state: 'completed', alreadyPatched: 2, waiting: 1 });
  expect(before).toMatchObject({ state: 'completed-with-failures', failed: 1 });
});

it('answers what was patched in a month', async () => {
  expect(names(await ask('What was patched in November'))).toEqual([
    'team/api:1.4',
    'team/api:old',
  ]);
});

it('answers why an image was not patched', async () => {
  const [row] = await ask('What to deploy for `team/api:1.4`');
  const [failed] = await ask('What fails night after night:');

  expect(row).toMatchObject({ state: 'already-patched' });
  expect(failed).toMatchObject({ tag: '2.0', reason: 'tool-failed' });
});

it('answers what to deploy, with the findings that it has tonight', async () => {
  expect(await ask('What to deploy for `team/api:1.4`')).toMatchObject([
    { patchTag: '1.4-1', high: 2, patchHigh: 1, patchFixable: 0 },
  ]);
});

it('answers what is vulnerable now: tags and their patches, and nothing that is gone', async () => {
  const rows = await ask('What is vulnerable now');

  const patches = ['team/api:1.4-1', 'team/api:old-1'];
  expect(names(rows)).toEqual(['team/api:1.4', ...patches, 'team/web:2.0']);
  expect(rows.filter(({ high }) => high === 1).map(({ tag }) => tag)).toEqual(['1.4-1', 'old-1']);
});

it('answers what a digest is, of a source and of a patch', async () => {
  const [row] = await ask('What to deploy for `team/api:1.4`');

  expect(await ask('What a digest is', nights.api)).toMatchObject([{ tag: '1.4', high: 2 }]);
  expect(await ask('What a digest is', String(row?.patchDigest))).toMatchObject([
    { tag: '1.4-1', patchOf: '1.4', high: 1 },
  ]);
});

it('answers what happened to one tag, which images wait, and what is gone', async () => {
  const history = await ask('The history of one tag:');

  expect(history.map(({ state }) => state)).toContain('patched');
  expect(names(await ask('Which images of a run wait'))).toContain('team/api:1.4');
  expect(names(await ask('What was deleted or has left'))).toEqual(['team/api:old']);
});
