import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { errorOf } from './error-of.ts';
import { stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const v1 = Tag.parse('v1');
const layer = digestOf('the bytes of a layer');

describe('tags', () => {
  it('have the times that the registry gives, and none for an invalid time', async () => {
    const tags = [
      {
        name: 'v1',
        digest: layer,
        createdTime: '2026-11-20T01:02:03.4567891Z',
        lastUpdateTime: '2026-11-21T00:00:00Z',
      },
      { name: 'v2', digest: layer, createdTime: 'yesterday' },
    ];
    const { registry } = stubAcr(() => ({ status: 200, body: JSON.stringify({ tags }) }));

    const page = await registry.listTags(repository);

    expect(page?.tags).toEqual([
      {
        tag: 'v1',
        digest: layer,
        createdAt: new Date('2026-11-20T01:02:03.456Z'),
        updatedAt: new Date('2026-11-21T00:00:00Z'),
      },
      { tag: 'v2', digest: layer },
    ]);
  });

  it('are looked up one by one', async () => {
    const tag = { name: 'v1', digest: layer };
    const { registry, requests } = stubAcr(() => ({ status: 200, body: JSON.stringify({ tag }) }));

    expect(await registry.tag(repository, v1)).toEqual({ tag: 'v1', digest: layer });
    expect(requests()[0]?.url.pathname).toBe('/acr/v1/team%2Fapi/_tags/v1');
  });

  it('are undefined if they do not exist', async () => {
    expect(await stubAcr(() => ({ status: 404 })).registry.tag(repository, v1)).toBeUndefined();
  });

  it('are refused without a digest', async () => {
    const body = JSON.stringify({ tag: { name: 'v1', digest: 'sha256:1' } });
    const { registry } = stubAcr(() => ({ status: 200, body }));

    const error = await errorOf(registry.tag(repository, v1));

    expect(error).toMatchObject({ code: 'unexpected' });
    expect(error.message).toContain("look up team/api:v1: the response is not in ACR's format");
  });
});
