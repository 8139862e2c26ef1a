import { describe, expect, it } from 'vitest';
import type { ContainerSpec } from '../../lib/containers/container-groups.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import { PatchJobFile } from '../../lib/job/job-file.ts';
import { containerOf } from '../../lib/pipeline/records/container-names.ts';
import type { RunId } from '../../lib/pipeline/records/run-id.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import type { TokenScope } from '../../lib/registry/registry.ts';
import { CONTAINERS } from '../../lib/storage/blobs.ts';
import type { ContainerCourse, DecideCourse } from '../fakes/containers/group-course.ts';
import { jobFileOf } from '../fakes/job-file-of.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from './debian-report.ts';
import { PipelineWorld } from './pipeline-world.ts';

const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];
const REPOSITORIES = ['team/api', 'team/web', 'team/jobs'];

/** Three images in three repositories, each of which needs a patch. */
async function worldOf(pipeline: Partial<PipelineOptions> = {}): Promise<PipelineWorld> {
  const repositories = REPOSITORIES.map((repository) => ({ repository, tags: ['v1'] }));
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
    pipeline,
  });
  await world.seedDatabase();
  for (const repository of REPOSITORIES) {
    await seedImage(world.registry, {
      repository: RepositoryName.parse(repository),
      tags: [Tag.parse('v1')],
      config: { config: { Labels: { repository } } },
    });
  }
  return world;
}

function patchGroups(world: PipelineWorld) {
  const specs = world.groups.creations().map(({ spec }) => spec);
  return specs.filter(({ containers }) => containers[0]?.command.at(-1) === 'patch');
}

function fileOf(container: ContainerSpec, world: PipelineWorld): PatchJobFile {
  return PatchJobFile.parse(jobFileOf(container, world.blobs));
}

/** Gives the container of one repository's image its own course in the first patch group. */
function withCourse(world: PipelineWorld, repository: string, own: ContainerCourse): DecideCourse {
  const { decide } = world.groups;
  let done = false;
  return (spec, nth) => {
    const course = decide(spec, nth);
    const isPatch = spec.containers[0]?.command.at(-1) === 'patch';
    if (course.kind !== 'runs' || !isPatch || done) return course;
    done = true;
    const container = spec.containers.find((one) => fileOf(one, world).repository === repository);
    return { ...course, containers: { [container?.name ?? '']: own } };
  };
}

async function statesOf(world: PipelineWorld, runId: RunId) {
  return Promise.all(
    REPOSITORIES.map(async (repository) => (await world.target(runId, repository, 'v1')).state),
  );
}

describe('a patch group', () => {
  it('has a container for each image, even if the repositories differ', async () => {
    const world = await worldOf();

    const run = await world.run();

    expect(run.patched).toBe(3);
    const [group, ...others] = patchGroups(world);
    expect(others).toEqual([]);
    const files = group?.containers.map((one) => fileOf(one, world)) ?? [];
    expect(files.map(({ images }) => images.length)).toEqual([1, 1, 1]);
    expect(files.map(({ repository }) => repository).sort()).toEqual([...REPOSITORIES].sort());
    expect(new Set(files.map(({ resultUrl }) => resultUrl)).size).toBe(3);
  });

  it('gives each container a token for only its image’s repository and staging', async () => {
    const world = await worldOf();
    const minted = new Map<string, readonly TokenScope[]>();
    const mint = world.registry.mintToken.bind(world.registry);
    world.registry.mintToken = async (scopes) => {
      const token = await mint(scopes);
      minted.set(token.token, scopes);
      return token;
    };

    await world.run();

    const containers = patchGroups(world)[0]?.containers ?? [];
    expect(containers).toHaveLength(3);
    for (const container of containers) {
      const { repository, registry } = fileOf(container, world);
      const config = JSON.parse(container.secretFiles['config.json'] ?? '');
      const scopes = minted.get(config.auths[registry].registrytoken) ?? [];
      const isMirror = (scope: TokenScope) => scope.repository.startsWith('patchwright/mirror/');
      expect(scopes.filter(isMirror).every(({ actions }) => actions.join() === 'pull')).toBe(true);
      expect(scopes.filter((scope) => !isMirror(scope))).toEqual([
        { repository, actions: ['pull'] },
        { repository: `patchwright/staging/${repository}`, actions: ['pull', 'push'] },
      ]);
    }
  });

  it('is made again with fewer images if Azure refuses the request as too large', async () => {
    const world = await worldOf();
    const { decide } = world.groups;
    world.groups.decide = (spec, nth) =>
      spec.containers.length > 1 ? { kind: 'refused', refusal: 'too-large' } : decide(spec, nth);

    const run = await world.run();

    expect(run.patched).toBe(3);
    expect(patchGroups(world).map(({ containers }) => containers.length)).toEqual([1, 1, 1]);
  });

  it('ends its images with a reason of its own if Azure refuses every request as too large', async () => {
    const world = await worldOf();
    const { decide } = world.groups;
    world.groups.decide = (spec, nth) =>
      spec.containers[0]?.command.at(-1) === 'patch'
        ? { kind: 'refused', refusal: 'too-large' }
        : decide(spec, nth);

    const run = await world.run();

    for (const repository of REPOSITORIES) {
      const target = await world.target(run.id, repository, 'v1');
      expect(target).toMatchObject({ state: 'failed', reason: 'group-too-large' });
    }
  });

  it('holds one image if the limit is one', async () => {
    const world = await worldOf({ patchBatch: 1 });

    const run = await world.run();

    expect(run.patched).toBe(3);
    expect(patchGroups(world).map(({ containers }) => containers.length)).toEqual([1, 1, 1]);
  });

  it('leaves the staging of every repository empty', async () => {
    const world = await worldOf();

    await world.run();

    for (const repository of REPOSITORIES) {
      const staging = RepositoryName.parse(`patchwright/staging/${repository}`);
      expect((await world.registry.listTags(staging))?.tags ?? []).toEqual([]);
    }
  });
});

describe('a failing container', () => {
  it('costs only its own image an attempt if it ends without a result', async () => {
    const world = await worldOf();
    const own: ContainerCourse = { kind: 'dies', after: 5, exitCode: 137 };
    world.groups.decide = withCourse(world, 'team/web', own);

    const run = await world.run();

    expect(await statesOf(world, run.id)).toEqual(['patched', 'patched', 'patched']);
    expect(patchGroups(world).map(({ containers }) => containers.length)).toEqual([3, 1]);
    const [lost, ...others] = world.log.filter(({ message }) => message === 'container lost');
    expect(others).toEqual([]);
    expect(lost?.fields).toMatchObject({
      reason: 'group-lost',
      detail: expect.stringContaining('exit 137'),
    });
  });

  it('leaves its log as a blob', async () => {
    const world = await worldOf();
    const own: ContainerCourse = { kind: 'dies', after: 5, exitCode: 1 };
    world.groups.decide = withCourse(world, 'team/web', own);

    const run = await world.run();

    const { repository, sourceDigest: digest = '' } = await world.target(run.id, 'team/web', 'v1');
    const container = containerOf({ repository, digest });
    const jobs = (await world.jobs(run.id)).filter(({ kind }) => kind === 'patch');
    const logs = await Promise.all(
      jobs.map(({ id }) =>
        world.blobs.read(CONTAINERS.reports, `${run.id}/${id}/1-${container}.log`, 1000),
      ),
    );
    expect(logs.filter(({ found }) => found)).toHaveLength(1);
  });

  it('delays no other image if it hangs, and is retried after its deadline', async () => {
    const world = await worldOf();
    world.groups.decide = withCourse(world, 'team/web', { kind: 'hangs' });

    const run = await world.run();

    expect(await statesOf(world, run.id)).toEqual(['patched', 'patched', 'patched']);
    const finished = await Promise.all(
      REPOSITORIES.map(async (name) => (await world.target(run.id, name, 'v1')).finishedAt),
    );
    const [api, web, jobs] = finished.map((at) => at?.getTime() ?? 0);
    const deadlineMs = 40 * 60_000;
    expect(Math.max(api ?? 0, jobs ?? 0) - run.createdAt.getTime()).toBeLessThan(deadlineMs);
    expect((web ?? 0) - run.createdAt.getTime()).toBeGreaterThan(deadlineMs);
  });

  it('is retried if it writes an invalid result, while the other results count', async () => {
    const world = await worldOf();
    const decide = world.groups.decide;
    let spoiled = false;
    world.groups.decide = (spec, nth) => {
      const course = decide(spec, nth);
      if (course.kind !== 'runs') return course;
      const work: typeof course.work = async (group, container) => {
        const isPatch = container.command.at(-1) === 'patch';
        if (!isPatch || spoiled || fileOf(container, world).repository !== 'team/web') {
          return course.work?.(group, container);
        }
        spoiled = true;
        const { resultUrl } = fileOf(container, world);
        await world.blobs.putThrough(resultUrl, Buffer.from('{"version":9}'));
      };
      return { ...course, work };
    };

    const run = await world.run();

    expect(await statesOf(world, run.id)).toEqual(['patched', 'patched', 'patched']);
    const lost = world.log.filter(({ message }) => message === 'container lost');
    expect(lost.map(({ fields }) => fields?.reason)).toEqual(['result-invalid']);
  });
});
