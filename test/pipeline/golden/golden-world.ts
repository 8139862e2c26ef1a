import type { Digest } from '../../../lib/image/digest.ts';
import type { TagConventions } from '../../../lib/image/tag-convention.ts';
import type { Target } from '../../../lib/pipeline/records/target.ts';
import { tableStores } from '../../../lib/pipeline/stores/tables/table-stores.ts';
import { MemoryTables } from '../../fakes/memory-tables.ts';
import { debianReport } from '../debian-report.ts';
import { PipelineWorld } from '../pipeline-world.ts';
import { pushImages } from './golden-image.ts';
import type { GoldenRegistry } from './parse-registries.ts';

export const OUTDATED = debianReport([{ id: 'CVE-2026-1', package: 'libssl3', fixed: '1.1' }]);
const FIXED = debianReport([]);

/** A registry as ACR Continuous Patching leaves it, in which an image's last layer decides its findings. */
export class GoldenWorld {
  readonly world: PipelineWorld;
  readonly vulnerable = new Set<Digest>();

  /** Without a convention, each repository's entry names its own. */
  constructor(goldens: readonly GoldenRegistry[], convention?: TagConventions) {
    this.world = new PipelineWorld({
      policy: policyOf(goldens, convention),
      script: {
        report: (layers) => {
          const top = layers.at(-1);
          return top !== undefined && this.vulnerable.has(top) ? OUTDATED : FIXED;
        },
      },
    });
  }

  async push(goldens: readonly GoldenRegistry[]): Promise<void> {
    await this.world.seedDatabase();
    for (const golden of goldens) {
      const layers = await pushImages(this.world.registry, golden);
      for (const layer of layers) this.vulnerable.add(layer);
    }
  }

  /** Runs on the next day. Returns how each target ended, by `repository:tag`. */
  async run(): Promise<ReadonlyMap<string, string>> {
    this.world.clock.advance({ seconds: 86_400 });
    const { id } = await this.world.run();
    const targets = await Array.fromAsync(this.world.services.targets.ofRun(id));
    return new Map(targets.map((one) => [`${one.repository}:${one.tag}`, endOf(one)]));
  }

  changeConvention(goldens: readonly GoldenRegistry[], convention?: TagConventions): void {
    const policySetting = JSON.stringify(policyOf(goldens, convention));
    Object.assign(this.world.services.options, { policySetting });
  }

  loseTables(): void {
    Object.assign(this.world.services, tableStores(new MemoryTables()));
  }

  /** The digest of each tag of a repository. */
  async tags(repository: GoldenRegistry['repository']): Promise<ReadonlyMap<string, Digest>> {
    const page = await this.world.registry.listTags(repository);
    return new Map(page?.tags.map(({ tag, digest }) => [tag, digest]));
  }
}

function policyOf(goldens: readonly GoldenRegistry[], convention?: TagConventions): unknown {
  const own = (golden: GoldenRegistry) =>
    convention === undefined && { 'tag-convention': golden.convention };
  return {
    version: 'v1',
    'tag-convention': convention,
    repositories: goldens.map((golden) => ({
      repository: golden.repository,
      tags: golden.selected,
      ...own(golden),
    })),
  };
}

function endOf({ state, reason, patchTag, floatingTag, origin }: Target): string {
  const tags = state === 'patched' ? [patchTag, floatingTag] : [];
  const words = [state, reason, ...tags].filter(Boolean);
  return [words.join(' '), origin].filter(Boolean).join(', ');
}
