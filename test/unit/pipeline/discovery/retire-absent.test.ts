import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { retireAbsent, retireOthers } from '../../../../lib/pipeline/discovery/retire-absent.ts';
import type { FoundRepository } from '../../../../lib/pipeline/records/gone-rows.ts';
import { parsePolicy } from '../../../../lib/policy/policy.ts';
import { newRun } from '../new-run.ts';
import { UnitWorld } from '../unit-world.ts';

const API = RepositoryName.parse('team/api');
const [V1, V2, OLD] = [Tag.parse('v1'), Tag.parse('v2'), Tag.parse('old')];
const LISTED = new Date('2026-11-23T02:01:00Z');

/** An inventory of these repositories that records what is retired. */
function setUp(repositories: readonly string[] = []) {
  const { services } = new UnitWorld();
  const retired: (FoundRepository & { readonly repository: RepositoryName })[] = [];
  const { inventory } = services;
  inventory.retire = async (repository, found) => {
    retired.push({ repository, ...found });
  };
  inventory.nextRepository = async (after) => {
    const next = repositories.find((name) => name > after);
    return next === undefined
      ? undefined
      : { repository: RepositoryName.parse(next), cursor: next };
  };
  return { services, retired };
}

describe('retireAbsent', () => {
  const digest = digestOf('v1');
  const tags = new Map([V1, OLD].map((tag) => [tag, { tag, digest }] as const));

  it('keeps the tags that the policy names and the registry has', async () => {
    const { services, retired } = setUp();
    const run = newRun();

    await retireAbsent(services, run, API, { tags, names: [V1, V2], listedAt: LISTED });

    expect(retired).toEqual([
      {
        repository: API,
        wanted: new Set([V1]),
        tags,
        runId: run.id,
        since: run.createdAt,
        listedAt: LISTED,
      },
    ]);
  });

  it('keeps no tag of a repository that is gone, as of now', async () => {
    const { services, retired } = setUp();

    await retireAbsent(services, newRun(), API);

    const listedAt = services.clock.now();
    expect(retired).toMatchObject([{ wanted: new Set(), tags: new Map(), listedAt }]);
  });

  it('retires nothing in a run of some images', async () => {
    const { services, retired } = setUp();

    await retireAbsent(services, newRun({ images: ['team/api:v1'] }), API);

    expect(retired).toEqual([]);
  });
});

describe('retireOthers', () => {
  const parsed = parsePolicy(
    JSON.stringify({ version: 'v1', repositories: [{ repository: 'team/api', tags: ['*'] }] }),
    new UnitWorld().services.options,
  );
  const policy = parsed.ok ? parsed.value : expect.fail('the policy is faulty');

  it('retires the repositories that are not in the policy, and ends discovery', async () => {
    const { services, retired } = setUp(['team/api', 'team/gone', 'team/old']);

    expect(await retireOthers(services, newRun(), policy)).toEqual({ state: 'running' });
    expect(retired.map(({ repository }) => repository)).toEqual(['team/gone', 'team/old']);
  });

  it('goes on after the cursor', async () => {
    const { services, retired } = setUp(['team/gone', 'team/old']);

    await retireOthers(services, newRun({ cursorTag: 'team/gone' }), policy);

    expect(retired.map(({ repository }) => repository)).toEqual(['team/old']);
  });

  it('leaves the rest to the next step after 100 repositories', async () => {
    const names = Array.from({ length: 101 }, (_, at) => `team/gone-${1000 + at}`);
    const { services, retired } = setUp(names);

    const first = await retireOthers(services, newRun(), policy);

    expect(first).toEqual({ cursorTag: 'team/gone-1099' });
    expect(retired).toHaveLength(100);
    expect(await retireOthers(services, newRun(first), policy)).toEqual({ state: 'running' });
    expect(retired).toHaveLength(101);
  });

  it('retires nothing in a run of some images, and ends discovery', async () => {
    const { services, retired } = setUp(['team/gone']);

    expect(await retireOthers(services, newRun({ images: ['team/api:v1'] }), policy)).toEqual({
      state: 'running',
    });
    expect(retired).toEqual([]);
  });
});
