import { beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../lib/image/reference.ts';
import type { TagConvention } from '../../lib/image/tag-convention.ts';
import { GoldenWorld } from '../pipeline/golden/golden-world.ts';
import type { GoldenRegistry, GoldenTag } from '../pipeline/golden/parse-registries.ts';
import { Random } from './random.ts';

const REPOSITORIES = 200;

interface Generated {
  readonly registry: GoldenRegistry;
  /** The highest number in use. */
  readonly highest: number;
  /** The floating tag names a forgery. */
  readonly isForged: boolean;
}

/** A repository in which ACR Continuous Patching ran for months, perhaps beside a forger. */
function generate(random: Random, at: number): Generated {
  const convention: TagConvention = random.chance(0.5) ? 'incremental' : 'floating';
  const tags: GoldenTag[] = [];
  const add = (tag: string, image: string) =>
    tags.push({ tag: Tag.parse(tag), image, expected: '' });
  add('v1', 'source');
  let highest = 0;
  const count = random.between(0, 5);
  for (let patch = 0; patch < count; patch += 1) {
    highest += random.between(1, 40);
    add(`v1-${highest}`, random.chance(0.1) ? 'copa of v1, other layers' : 'copa of v1');
  }
  const isForged = random.chance(0.1);
  if (isForged) add('v1-patched', 'copa of v1, other layers');
  else if (convention === 'floating' || random.chance(0.3)) add('v1-patched', 'copa of v1');
  const repository = RepositoryName.parse(`team/r${at}`);
  const registry = { title: repository, repository, convention, selected: ['v1'], tags };
  return { registry, highest, isForged };
}

function switched({ registry }: Generated): GoldenRegistry {
  const convention = registry.convention === 'floating' ? 'incremental' : 'floating';
  return { ...registry, convention };
}

describe('a registry of 200 repositories in which the predecessor ran for months', () => {
  const random = new Random(16);
  const generated = Array.from({ length: REPOSITORIES }, (_, at) => generate(random, at));
  const registries = generated.map(({ registry }) => registry);
  const others = generated.map(switched);
  const ends: ReadonlyMap<string, string>[] = [];
  const before = new Map<string, ReadonlyMap<string, Digest>>();
  const golden = new GoldenWorld(registries);

  beforeAll(async () => {
    await golden.push(registries);
    for (const { repository } of registries) before.set(repository, await golden.tags(repository));
    ends.push(await golden.run());
    for (const goldens of [others, registries]) {
      golden.loseTables();
      golden.changeConvention(goldens);
      ends.push(await golden.run());
    }
  }, 600_000);

  it('goes on with the next number or the floating tag of each source', () => {
    for (const { registry, highest, isForged } of generated) {
      const { repository, convention } = registry;
      const numbered = `patched v1-${highest + 1}`;
      const floating = isForged ? 'skipped tag-ambiguous' : 'patched v1-patched';
      const expected = convention === 'incremental' ? numbered : floating;
      expect([repository, ends[0]?.get(`${repository}:v1`)]).toEqual([repository, expected]);
    }
  });

  it('goes on after the tables are lost and the convention changed, twice', () => {
    for (const run of [ends[1], ends[2]]) {
      for (const { registry, isForged } of generated) {
        const end = run?.get(`${registry.repository}:v1`) ?? 'no row';
        const good = /^(?:patched v1-(?:\d+|patched)|already-patched)$/.test(end);
        const isRefused = isForged && end === 'skipped tag-ambiguous';
        expect([registry.repository, end, good || isRefused]).toEqual([
          registry.repository,
          end,
          true,
        ]);
      }
    }
  });

  it('deletes and overwrites nothing but floating tags of the predecessor', async () => {
    for (const { registry, isForged } of generated) {
      const now = await golden.tags(registry.repository);
      for (const [tag, digest] of before.get(registry.repository) ?? []) {
        if (tag === 'v1-patched' && !isForged) expect(now.has(tag)).toBe(true);
        else
          expect([registry.repository, tag, now.get(tag)]).toEqual([
            registry.repository,
            tag,
            digest,
          ]);
      }
    }
  });
});
