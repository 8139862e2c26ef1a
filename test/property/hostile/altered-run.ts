import type { ContainerSpec, GroupSpec } from '../../../lib/containers/container-groups.ts';
import { sha256Hex } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { STAGING_PREFIX } from '../../../lib/policy/reserved-repositories.ts';
import { PLAIN_COURSE } from '../../fakes/containers/group-course.ts';
import { jobFileOf } from '../../fakes/job-file-of.ts';
import { MemoryBlobs } from '../../fakes/memory-blobs.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import { debianReport } from '../../pipeline/debian-report.ts';
import { PipelineWorld } from '../../pipeline/pipeline-world.ts';
import { runScriptedWorker } from '../../pipeline/scripted-worker.ts';

/** The kinds of jobs with a container group, whose output may be altered. */
export const GROUP_JOBS = ['scan', 'patch', 'verify'] as const;
export type GroupJob = (typeof GROUP_JOBS)[number];

export interface Alteration {
  readonly job: GroupJob;
  readonly what: 'result' | 'report';
  alter(usual: Uint8Array): Uint8Array;
}

const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

/** A world with one outdated image, whose workers of one kind write altered output. */
export async function alteredWorld(alteration?: Alteration): Promise<PipelineWorld> {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['v1'] }] },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
    pipeline: { pollSeconds: 120, tickSeconds: 120 },
  });
  await world.seedDatabase();
  const repository = RepositoryName.parse('team/api');
  await seedImage(world.registry, {
    repository,
    tags: [Tag.parse('v1')],
    config: { config: {} },
  });
  if (alteration === undefined) return world;
  world.groups.decide = (spec) => {
    const blobs = new AlteredBlobs(
      world,
      jobOf(spec, world.blobs) === alteration.job ? alteration : undefined,
    );
    const work = (_: GroupSpec, container: ContainerSpec) =>
      runScriptedWorker(
        container,
        { registry: world.registry, blobs, now: world.clock.now() },
        world.script,
      );
    return { ...PLAIN_COURSE, work };
  };
  return world;
}

function jobOf({ containers: [container] }: GroupSpec, blobs: MemoryBlobs): GroupJob {
  if (container === undefined) throw new Error('a group without a container');
  const file = jobFileOf(container, blobs);
  if (file.kind === 'patch') return 'patch';
  return file.images[0]?.repository.startsWith(STAGING_PREFIX) ? 'verify' : 'scan';
}

/** Alters the output of a worker. The result then names the report that was really written. */
class AlteredBlobs extends MemoryBlobs {
  readonly #world: PipelineWorld;
  readonly #alteration: Alteration | undefined;
  #report: Uint8Array | undefined;

  constructor(world: PipelineWorld, alteration: Alteration | undefined) {
    super({ clock: world.clock });
    this.#world = world;
    this.#alteration = alteration;
  }

  override contentThrough(address: string) {
    return this.#world.blobs.contentThrough(address);
  }

  override putThrough(address: string, bytes: Uint8Array) {
    return this.#world.blobs.putThrough(address, this.#altered(address, bytes));
  }

  #altered(address: string, bytes: Uint8Array): Uint8Array {
    const isResult = new URL(address).pathname.endsWith('/result.json');
    if (this.#alteration?.what === 'result') {
      return isResult ? this.#alteration.alter(bytes) : bytes;
    }
    if (this.#alteration === undefined) return bytes;
    if (!isResult) {
      this.#report = this.#alteration.alter(bytes);
      return this.#report;
    }
    const result = JSON.parse(Buffer.from(bytes).toString());
    const report = this.#report ?? new Uint8Array();
    const claim = { reportSha256: sha256Hex(report) };
    const images = result.images.map((image: object) => ({ ...image, ...claim }));
    return Buffer.from(JSON.stringify({ ...result, images }));
  }
}
