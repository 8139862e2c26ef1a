import { describe, expect, it } from 'vitest';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';
import type { Report } from './scripted-worker.ts';

const API = RepositoryName.parse('team/api');
const DAY_MS = 24 * 3600 * 1000;
const OUTDATED = [{ id: 'CVE-1', package: 'libssl3', fixed: '1.1' }];
const POLICY = { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] };
const COUNTS = ['beforeCritical', 'beforeHigh', 'beforeFixable'] as const;

async function runOne(
  report: (layers: number) => Report,
  options: { readonly databaseDays?: number; readonly databaseTags?: readonly Tag[] } = {},
) {
  const world = new PipelineWorld({
    policy: POLICY,
    script: { report: (layers) => report(layers.length) },
  });
  const days = options.databaseDays ?? 0;
  await world.seedDatabase(new Date(world.clock.now().getTime() - days * DAY_MS));
  await seedImage(world.registry, {
    repository: API,
    tags: [Tag.parse('v1')],
    config: { config: {} },
  });
  const run = await world.run();
  return { world, run, target: await world.target(run.id, 'team/api', 'v1') };
}

/** A clean report of Debian with so many packages of the distribution and of others. */
function reportWith(own: number, others: number): Report {
  const packages = [
    ...Array.from({ length: own }, (_, at) => ({ Name: `own-${at}`, Version: '1' })),
    ...Array.from({ length: others }, (_, at) => ({
      Name: `other-${at}`,
      Version: '1',
      Repository: { Class: 'third-party' },
    })),
  ];
  const os = { Family: 'debian', Name: '12.7' };
  return {
    SchemaVersion: 2,
    Metadata: { OS: os },
    Results: [{ Class: 'os-pkgs', Type: 'debian', Packages: packages }],
  };
}

describe('a clean image', () => {
  it('says how many of its packages are covered by advisories', async () => {
    const { target, world } = await runOne(() => reportWith(3, 2));

    expect(target).toMatchObject({ state: 'clean', packagesCovered: 3, packagesUncovered: 2 });
    expect(target.detail).toMatch(/^3 of 5 packages are covered/);
    expect(world.log.find(({ message }) => message === 'target ended')?.fields).toMatchObject({
      state: 'clean',
      packagesUncovered: 2,
    });
  });

  it('shows its coverage in the inventory, under its tag and its digest, and in its run', async () => {
    const { run, target, world } = await runOne(() => reportWith(3, 2));

    const rows = world.tables.all(TABLES.inventory).map(({ entity }) => entity);
    const coverage = { counts: 'known', high: 0, packagesCovered: 3, packagesUncovered: 2 };
    expect(rows.map(({ rowKey }) => rowKey).sort()).toEqual([target.digest, 'v1']);
    for (const row of rows) expect(row).toMatchObject(coverage);
    expect(run).toMatchObject({ clean: 1, cleanPartly: 1 });
  });

  it.each([
    ['all packages come from other maintainers', 0, 4],
    ['the package database was removed', 0, 0],
  ])('is not called clean if %s', async (_, own, others) => {
    const { target, run } = await runOne(() => reportWith(own, others));

    expect(target).toMatchObject({ state: 'skipped', reason: 'no-advisory-data' });
    for (const column of COUNTS) expect(target[column]).toBeUndefined();
    expect(run.state).toBe('completed');
  });
});

describe('an old database', () => {
  it('is named in the run, which still calls images clean', async () => {
    const { run, target, world } = await runOne(() => debianReport([]), { databaseDays: 5 });

    const made = new Date(run.createdAt.getTime() - 5 * DAY_MS);
    expect(run.databaseTime).toEqual(made);
    expect(run.warnings).toMatch(/database is 5 days old/);
    expect(world.log.map(({ message }) => message)).toContain('database is old');
    expect(target.state).toBe('clean');
  });

  it('is named in the inventory, under the tag and the digest', async () => {
    const { run, world } = await runOne(() => debianReport([]), { databaseDays: 5 });

    const rows = world.tables.all(TABLES.inventory).map(({ entity }) => entity);
    const made = rows.filter(({ counts }) => counts === 'known').map((row) => row.databaseTime);
    expect(made).toEqual([run.databaseTime, run.databaseTime]);
  });

  it('lets no image be clean from its limit on, and leaves the counts unknown', async () => {
    const { target, run } = await runOne(() => debianReport([]), { databaseDays: 15 });

    expect(target).toMatchObject({ state: 'skipped', reason: 'database-too-old' });
    expect(target.detail).toMatch(/15 days old/);
    for (const column of COUNTS) expect(target[column]).toBeUndefined();
    expect(run).toMatchObject({ state: 'completed', clean: 0, skipped: 1 });
  });

  it('still serves to patch the findings that it has', async () => {
    const { target } = await runOne((layers) => debianReport(layers > 1 ? [] : OUTDATED), {
      databaseDays: 635,
    });

    expect(target).toMatchObject({ state: 'patched', beforeHigh: 1 });
  });

  it('is no subject of warnings if it is new', async () => {
    const { run } = await runOne(() => debianReport([]));

    expect(run.warnings).toBeUndefined();
    expect(run.databaseTime).toEqual(run.createdAt);
  });
});

it('warns of a database that does not say how old it is', async () => {
  const world = new PipelineWorld({ policy: POLICY, script: { report: () => debianReport([]) } });
  await seedImage(world.registry, {
    repository: RepositoryName.parse('patchwright/trivy-db'),
    tags: [Tag.parse('2')],
  });

  const run = await world.run();

  expect(run.warnings).toMatch(/does not say how old it is/);
  expect(run.databaseTime).toBeUndefined();
});
