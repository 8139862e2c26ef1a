import type { GroupSpec } from '../../lib/containers/container-groups.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { PipelineOptions } from '../../lib/pipeline/services.ts';
import type { TokenScope } from '../../lib/registry/registry.ts';
import { seedImage } from '../fakes/registry/seed-image.ts';
import { debianReport } from '../pipeline/debian-report.ts';
import { PipelineWorld } from '../pipeline/pipeline-world.ts';

const OUTDATED = [{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }];

export interface StartedGroups {
  /** The specs in the order of a run: scan, patch, verify. */
  readonly specs: readonly GroupSpec[];
  /** Scopes of every token that was minted for the groups. */
  readonly scopes: readonly TokenScope[];
}

/** Runs the pipeline over one outdated image and records its requests to ACI and to the registry. */
export async function startedGroups(builder: PipelineOptions['builder']): Promise<StartedGroups> {
  const world = new PipelineWorld({
    policy: { version: 'v1', repositories: [{ repository: 'team/api', tags: ['1.4'] }] },
    script: { report: (layers) => debianReport(layers.length > 1 ? [] : OUTDATED) },
    pipeline: { builder },
  });
  const specs: GroupSpec[] = [];
  const scopes: TokenScope[] = [];
  const { groups, registry } = world;
  const create = groups.create.bind(groups);
  groups.create = async (spec) => {
    specs.push(spec);
    return await create(spec);
  };
  const mint = registry.mintToken.bind(registry);
  registry.mintToken = async (asked) => {
    scopes.push(...asked);
    return await mint(asked);
  };
  await world.seedDatabase();
  await seedImage(registry, {
    repository: RepositoryName.parse('team/api'),
    tags: [Tag.parse('1.4')],
    config: { config: {} },
  });
  await world.run();
  return { specs, scopes };
}
