import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { errorOf } from './error-of.ts';
import { stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const layer = digestOf('the bytes of a layer');

describe('manifests', () => {
  const times = { createdTime: '2026-11-20T00:00:00Z', lastUpdateTime: '2026-11-21T00:00:00Z' };
  const listed = (manifests: unknown, headers = {}) =>
    stubAcr(() => ({ status: 200, body: JSON.stringify({ manifests }), headers }));

  it('have the time of their last change, else of their creation, else none', async () => {
    const { registry } = listed([
      { digest: layer, ...times },
      { digest: layer, createdTime: times.createdTime },
      { digest: layer, lastUpdateTime: 'yesterday' },
    ]);

    expect(await registry.listManifests(repository)).toEqual({
      manifests: [
        { digest: layer, updatedAt: new Date(times.lastUpdateTime) },
        { digest: layer, updatedAt: new Date(times.createdTime) },
        { digest: layer },
      ],
    });
  });

  it('are read page by page, each after a digest', async () => {
    const link = `</acr/v1/team%2Fapi/_manifests?last=${encodeURIComponent(layer)}>; rel="next"`;
    const { registry, requests } = listed([{ digest: layer }], { link });

    expect((await registry.listManifests(repository))?.next).toBe(layer);
    await registry.listManifests(repository, { after: layer });
    expect(requests().at(-1)?.url.searchParams.get('last')).toBe(layer);
  });

  it('are undefined if the repository does not exist', async () => {
    expect(
      await stubAcr(() => ({ status: 404 })).registry.listManifests(repository),
    ).toBeUndefined();
  });

  it.each(['v1', ''])(
    'are refused if the next page begins after what is no digest: "%s"',
    async (last) => {
      const link = `</acr/v1/team%2Fapi/_manifests?last=${last}>; rel="next"`;
      const { registry } = listed([], { link });

      expect((await errorOf(registry.listManifests(repository))).code).toBe('unexpected');
    },
  );
});
