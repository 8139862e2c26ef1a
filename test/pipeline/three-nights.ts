import { type Digest, digestOf } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { cancelRun } from '../../lib/pipeline/cancellation.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import { targetIdOf } from '../../lib/pipeline/records/target.ts';
import { startRun } from '../../lib/pipeline/run/start-run.ts';
import { RegistryError } from '../../lib/registry/registry.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const API = RepositoryName.parse('team/api');
const WEB = RepositoryName.parse('team/web');
const BASE = RepositoryName.parse('team/base');
const AWAY = RepositoryName.parse('team/away');
const LOST = RepositoryName.parse('team/lost');
const WINDOWS = RepositoryName.parse('team/windows');

const PRICES = { vcpuHour: 0.05, gbHour: 0.006, confidentialFactor: undefined, currency: 'EUR' };

/**
 * Three nights. A dry run overlaps the first. In the second, every image fails. Before the third, a
 * tag is deleted, another one is pushed again, and a finding without a fix appears. Two runs overlap
 * in the third. No patch of `team/web` is ever made, `team/base` has no findings, and
 * `team/windows` can't be scanned.
 */
export async function threeNights() {
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
    pipeline: { prices: PRICES },
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
export async function lostImages() {
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
  return world;
}
