import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import {
  requestedTags,
  uncoveredImages,
} from '../../../../lib/pipeline/discovery/requested-images.ts';
import { UnitWorld } from '../unit-world.ts';

const POLICY = {
  version: 'v1',
  repositories: [
    { repository: 'team/api', tags: ['*'] },
    { repository: 'team/web', tags: ['v1', 'v2'] },
    { repository: 'team/old', tags: ['*'], enabled: false },
  ],
};

const uncovered = (images: readonly string[], policy: unknown = POLICY) =>
  uncoveredImages(new UnitWorld({ policy }).services, images);

describe('uncoveredImages', () => {
  it.each(['team/api:v9', 'team/web:v1', 'team/web:v2'])('covers %s', async (image) => {
    expect(await uncovered([image])).toBeUndefined();
  });

  it.each([
    ['a tag that its rule does not list', 'team/web:v3'],
    ['a repository whose rule is disabled', 'team/old:v1'],
    ['a repository without a rule', 'team/other:v1'],
    ['a repository whose name begins with that of a rule', 'team/api-2:v1'],
  ])('does not cover %s', async (_, image) => {
    expect(await uncovered([image])).toBe(`${image}: no enabled rule of the policy covers it`);
  });

  it('names each image that is not covered in a line of its own', async () => {
    const fault = await uncovered(['team/old:v1', 'team/api:v1', 'team/web:v3']);

    expect(fault?.split('\n').map((line) => line.split(': ')[0])).toEqual([
      'team/old:v1',
      'team/web:v3',
    ]);
  });

  it('explains why an entry does not cover an image that it names', async () => {
    const bad = { repository: 'team/bad', tags: ['v 1'] };
    const policy = { ...POLICY, repositories: [...POLICY.repositories, bad] };

    expect(await uncovered(['team/bad:v1'], policy)).toMatch(
      /^team\/bad:v1: its entry in the policy can’t be used: .*"v 1" must be/,
    );
  });

  it('leaves a policy that is missing or faulty to the run', async () => {
    expect(await uncovered(['team/other:v1'], { version: 'v2' })).toBeUndefined();

    const world = new UnitWorld({ pipeline: { policySetting: undefined } });
    expect(await uncoveredImages(world.services, ['team/other:v1'])).toBeUndefined();
  });
});

describe('requestedTags', () => {
  const api = RepositoryName.parse('team/api');

  it('is undefined for a run of everything', () => {
    expect(requestedTags({}, api)).toBeUndefined();
  });

  it('has the tags of this repository only', () => {
    const images = ['team/api:v1', 'team/api-2:v2', 'team/web:v3', 'team/api:v4'];

    expect(requestedTags({ images }, api)).toEqual(new Set(['v1', 'v4']));
    expect(requestedTags({ images }, RepositoryName.parse('team'))).toEqual(new Set());
  });
});
