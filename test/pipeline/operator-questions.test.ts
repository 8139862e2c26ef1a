import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { targetIdOf } from '../../lib/pipeline/records/target.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { AzureTables } from '../../lib/storage/azure-tables.ts';
import { type Entity, TABLES } from '../../lib/storage/tables.ts';
import { startWithConnectionString } from '../contract/storage/azurite-accounts.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const OPERATE = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8');
const API = RepositoryName.parse('team/api');
const WEB = RepositoryName.parse('team/web');
const BASE = RepositoryName.parse('team/base');
const AWAY = RepositoryName.parse('team/away');
const LOST = RepositoryName.parse('team/lost');
const WINDOWS = RepositoryName.parse('team/windows');
const DOCUMENTED_RUN = '20261123T020000Z-14f7';

/**
 * Three nights. A dry run overlaps the first. In the second, every image fails. Before the third, a
 * tag is deleted, another one is pushed again, and a finding without a fix appears. Two runs overlap
 * in the third. No patch of `team/web` is ever made, `team/base` has no findings, and
 * `team/windows` can't be scanned.
 */
async function threeNights() {
  const findings: { id: string; package: string; fixed?: string }[] = [
    { id: 'CVE-1', package: 'apt', fixed: '1.1' },
  ];
  const broken = new Set<Digest>();
  const clean = new Set([digestOf('a base'), digestOf('a new base')]);
  let failing = false;
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: [API, WEB, BASE, WINDOWS].map((repository) => ({ repository, tags: ['*'] })),
    },
    script: {
      report: (layers) => {
        if (failing) return {};
        if (layers.some((layer) => clean.has(layer))) return debianReport([]);
        return debianReport(findings.filter(({ id }) => layers.length === 1 || id !== 'CVE-1'));
      },
      patch: ({ digest }) =>
        broken.has(digest)
          ? { digest, outcome: 'failed', failure: 'tool-failed', message: 'no package manager' }
          : undefined,
    },
  });
  await world.seedDatabase();
  const seed = async (
    repository: RepositoryName,
    tag: string,
    layer = `a layer of ${repository}:${tag}`,
  ) => {
    const tags = [Tag.parse(tag)];
    const layers = [layer];
    const config = { config: {} };
    return (await seedImage(world.registry, { repository, tags, layers, config })).digest;
  };
  const api = await seed(API, '1.4');
  await seed(API, 'old');
  const base = await seed(BASE, '12', 'a base');
  broken.add(await seed(WEB, '2.0'));
  await seedImage(world.registry, {
    repository: WINDOWS,
    tags: [Tag.parse('1')],
    config: { os: 'windows' },
  });
  const startedBy = 'function key alice';
  const start = (request: string, dryRun = false): Promise<RunId> => {
    world.clock.advance({ seconds: 1 });
    const due = world.clock.now();
    return startRun(world.services, { trigger: 'manual', startedBy, request, due, dryRun });
  };
  await start('first night');
  await start('beside it', true);
  await world.settle();
  world.clock.advance({ seconds: 86_400 });
  failing = true;
  await start('second night');
  await world.settle();
  failing = false;
  world.registry.removeTag(API, Tag.parse('old'));
  await seed(BASE, '12', 'a new base');
  findings.push({ id: 'CVE-2', package: 'libssl3' });
  world.clock.advance({ seconds: 86_400 });
  const third = await start('third night');
  const beside = await start('beside it');
  await cancelRun(world.services, await start('by mistake'), 'function key bob');
  const target = targetIdOf('team/api', '1.4');
  while ((await world.services.targets.find(beside, target))?.heldBy === undefined) {
    if (!(await world.step())) throw new Error('no run waits for another');
  }
  const meanwhile = world.tables.all(TABLES.targets).map(({ entity }) => entity);
  let running = await world.services.runs.find(third);
  // Until a scanned image has ended, nobody can tell when the run will end.
  while (running?.expectedAt === undefined) {
    if (!(await world.step())) throw new Error('no image of the third night ended before its run');
    running = await world.services.runs.find(third);
  }
  const row = world.tables.all(TABLES.runs).find(({ entity }) => entity.runId === third);
  const now = world.clock.now();
  await world.settle();
  return { world, api, base, third, beside, meanwhile, running: row?.entity, now };
}

/**
 * Both images are clean in the first night. In the second, Trivy can't read `team/lost`, and the
 * registry does not list `team/away`, which is given up.
 */
async function lostImages() {
  const packages = Array.from({ length: 20 }, (_, at) => ({ Name: `p${at}`, Version: '1.0' }));
  const { Results: _, ...report } = debianReport([]);
  const result = { Class: 'os-pkgs', Type: 'debian', Packages: packages };
  const world = new PipelineWorld({
    policy: {
      version: 'v1',
      repositories: [AWAY, LOST].map((repository) => ({ repository, tags: ['*'] })),
    },
    script: { report: () => ({ ...report, Results: [result] }) },
  });
  await world.seedDatabase();
  const tags = [Tag.parse('1')];
  for (const repository of [AWAY, LOST]) {
    await seedImage(world.registry, { repository, tags, layers: [`a layer of ${repository}`] });
  }
  await world.run();
  world.clock.advance({ seconds: 86_400 });
  world.script.report = () => ({});
  const list = world.registry.listTags.bind(world.registry);
  world.registry.listTags = async (repository, options) => {
    if (repository === AWAY) throw new RegistryError('unavailable', '503');
    return list(repository, options);
  };
  await world.run();
  return world.tables.all(TABLES.inventory).map(({ entity }) => entity);
}

const nights = await threeNights();
const accounts = await startWithConnectionString();
afterAll(() => accounts.close());
const azure = new AzureTables(accounts.provisioned);
for (const table of Object.values(TABLES)) {
  for (const { entity } of nights.world.tables.all(table)) await azure.insert(table, entity);
}
for (const entity of await lostImages()) await azure.insert(TABLES.inventory, entity);
const { beside, meanwhile } = nights;
/** Targets whose patch's tag met another push, as `publish-target.test.ts` shows them. */
const raced = nights.world.tables
  .all(TABLES.targets)
  .find(({ entity }) => entity.partitionKey === nights.third && entity.tag === '1.4')?.entity;
for (const [tag, changes] of [
  ['replaced', { replacedPush: true }],
  ['lost', { state: 'skipped', reason: 'tag-race-lost' }],
  ['alone', { replacedPush: false }],
] as const) {
  const columns = { repository: 'team/raced', tag, rowKey: `raced-${tag}` };
  if (raced !== undefined) await azure.insert(TABLES.targets, { ...raced, ...columns, ...changes });
}
for (const entity of meanwhile.filter(({ partitionKey }) => partitionKey === beside)) {
  await azure.insert(TABLES.targets, { ...entity, partitionKey: DOCUMENTED_RUN });
}

if (nights.running !== undefined) {
  await azure.insert(TABLES.runs, { ...nights.running, rowKey: `~${nights.running.rowKey}` });
}

/** Sends the filter or the keys of the first command behind this sentence of docs/operate.md. */
async function ask(
  sentence: string,
  { rowKey, run = DOCUMENTED_RUN }: { readonly rowKey?: string; readonly run?: string } = {},
): Promise<readonly Entity[]> {
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
  const queryOptions = { filter: option('filter').replaceAll(DOCUMENTED_RUN, run) };
  for await (const row of accounts.provisioned.table(table).listEntities({ queryOptions })) {
    const stored = await azure.get(table, row.partitionKey ?? '', row.rowKey ?? '');
    if (stored !== undefined) found.push(stored.entity);
  }
  return found;
}

const names = (rows: readonly Entity[]) =>
  rows.map(({ repository, tag }) => `${String(repository)}:${String(tag)}`).sort();

it('answers whether last night worked', async () => {
  const [, last, before, failed] = await ask('The last runs:');

  expect(last).toMatchObject({ state: 'completed', alreadyPatched: 2, clean: 1, waiting: 1 });
  expect(before).toMatchObject({ state: 'completed-with-failures', failed: 1 });
  expect(failed).toMatchObject({ state: 'completed-with-failures', targets: 5, failed: 4 });
});

it('answers what was patched in a month', async () => {
  expect(names(await ask('What was patched in November'))).toEqual([
    'team/api:1.4',
    'team/api:old',
  ]);
});

it('answers why an image was not patched', async () => {
  const [row] = await ask('What to deploy for `team/api:1.4`');
  const failed = await ask('What fails night after night:');

  expect(row).toMatchObject({ state: 'already-patched' });
  const web = failed.filter(({ tag }) => tag === '2.0').map(({ reason }) => reason);
  expect(web).toEqual(['tool-failed', 'report-invalid', 'tool-failed']);
});

it('answers what to deploy, with the findings that it has tonight', async () => {
  expect(await ask('What to deploy for `team/api:1.4`')).toMatchObject([
    { patchTag: '1.4-1', high: 2, patchHigh: 1, patchFixable: 0 },
  ]);
});

it('answers what is vulnerable now: tags, their patches, what is unknown or old, and nothing gone', async () => {
  const rows = await ask('What is vulnerable now');

  const patches = ['team/api:1.4-1', 'team/api:old-1'];
  expect(names(rows)).toEqual([
    'team/api:1.4',
    ...patches,
    // Clean in the first night, and not looked at, or not scanned, since.
    'team/away:1',
    // Fewer than ten packages.
    'team/base:12',
    'team/lost:1',
    'team/web:2.0',
    'team/windows:1',
  ]);
  expect(rows.find(({ repository }) => repository === WINDOWS)).toMatchObject({
    counts: 'unknown',
  });
  expect(rows.filter(({ high }) => high === 1).map(({ tag }) => tag)).toEqual(['1.4-1', 'old-1']);
});

it('answers what a digest is, of a source and of a patch', async () => {
  const [row] = await ask('What to deploy for `team/api:1.4`');

  expect(await ask('Which tag or patch a running digest is', { rowKey: nights.api })).toMatchObject(
    [{ tag: '1.4', high: 2 }],
  );
  expect(
    await ask('Which tag or patch a running digest is', { rowKey: String(row?.patchDigest) }),
  ).toMatchObject([{ tag: '1.4-1', patchOf: '1.4', high: 1 }]);
});

it('answers what happened to one tag, which images wait, and what is gone', async () => {
  const history = await ask('The history of one tag:');

  expect(history.map(({ state }) => state)).toContain('patched');
  expect(names(await ask('Which images of a run wait'))).toContain('team/api:1.4');
  expect(names(await ask('What was deleted or has left'))).toEqual(['team/api:old']);
});

it('answers who started and who canceled a run', async () => {
  const [canceled, last] = await ask('Who started and canceled the last runs');

  expect(last).toMatchObject({ startedBy: 'function key alice' });
  expect(last).toMatchObject({ canceledBy: '' });
  expect(canceled).toMatchObject({ state: 'canceled', canceledBy: 'function key bob' });
});

it('answers which tools and which database a run used', async () => {
  const [, last] = await ask('Which Trivy, Copa, builder');

  expect(last).toMatchObject({
    tools: 'scripted/1',
    databaseDigest: expect.stringMatching(/^sha256:/),
    databaseTime: expect.any(Date),
  });
});

it('answers whether a run is stuck, and when it will end', async () => {
  const running = await ask('Whether an active run is stuck');

  expect(running).toMatchObject([{ runId: nights.third, state: 'running', active: 1, errors: 0 }]);
  const [row] = running;
  for (const column of ['tickedAt', 'progressAt', 'expectedAt', 'deadline']) {
    expect(row?.[column]).toBeInstanceOf(Date);
  }
  expect(Number(row?.expectedAt)).toBeGreaterThanOrEqual(Number(nights.now));
  expect(Number(row?.expectedAt)).toBeLessThan(Number(row?.deadline));
});

it('answers whether a tag was overwritten, and what it named before', async () => {
  expect(await ask('Which tags were pushed again')).toMatchObject([
    { repository: 'team/base', tag: '12', previousDigest: nights.base },
  ]);
  expect(names(await ask('The app never moves a source tag'))).toEqual([
    'team/raced:lost',
    'team/raced:replaced',
  ]);
});

it('answers what changed since the run before', async () => {
  const inThird = await ask('What a run changed since', { run: nights.third });
  const inBeside = await ask('What a run changed since', { run: nights.beside });
  const changes = [...inThird, ...inBeside].map(({ tag, change }) => [tag, change]);

  expect(Object.fromEntries(changes)).toEqual({
    '1.4': 'findings, outcome',
    '12': 'moved, outcome',
    '2.0': 'findings, outcome',
    old: 'gone',
    'old-1': 'new',
  });
});
