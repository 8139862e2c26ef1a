import { describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName } from '../../../lib/image/reference.ts';
import { errorOf } from './error-of.ts';
import { stubAcr } from './stub-acr.ts';

const repository = RepositoryName.parse('team/api');
const layer = digestOf('the bytes of a layer');

describe('referrers', () => {
  const entry = (text: string) => ({
    mediaType: MediaType.ociManifest,
    digest: digestOf(text),
    size: 1,
  });
  const index = (...texts: string[]) =>
    JSON.stringify({ schemaVersion: 2, manifests: texts.map(entry) });

  it('are read page by page', async () => {
    const { registry } = stubAcr((_, nth) =>
      nth === 1
        ? { status: 200, body: index('a'), headers: { link: '</v2/next>; rel="next"' } }
        : { status: 200, body: index('b') },
    );

    const found = await registry.referrers(repository, layer);

    expect(found.map(({ digest }) => digest)).toEqual([digestOf('a'), digestOf('b')]);
  });

  it('are read no further than to the page with enough of them', async () => {
    const { registry } = stubAcr((_, nth) => ({
      status: 200,
      body: index(`${nth} a`, `${nth} b`),
      headers: { link: '</v2/next>; rel="next"' },
    }));

    const found = await registry.referrers(repository, layer, { enough: 3 });

    expect(found).toHaveLength(4);
  });

  it('are read from the tag with the digest if the API is missing', async () => {
    const tag = layer.replace(':', '-');
    const { registry } = stubAcr(({ url }) =>
      url.pathname.endsWith(`/manifests/${tag}`)
        ? { status: 200, body: index('a') }
        : { status: 404 },
    );

    const found = await registry.referrers(repository, layer);

    expect(found.map(({ digest }) => digest)).toEqual([digestOf('a')]);
  });

  it('are refused if the pages link in a circle', async () => {
    const { registry } = stubAcr(() => ({
      status: 200,
      body: index('a'),
      headers: { link: '</v2/same>; rel="next"' },
    }));

    const error = await errorOf(registry.referrers(repository, layer));

    expect(error.code).toBe('too-large');
  });

  it('are none if neither the API nor the tag exists', async () => {
    expect(await stubAcr(() => ({ status: 404 })).registry.referrers(repository, layer)).toEqual(
      [],
    );
  });

  it('are refused if the answer is no index', async () => {
    const { registry } = stubAcr(() => ({ status: 200, body: '{}' }));

    const error = await errorOf(registry.referrers(repository, layer));

    expect(error.code).toBe('unexpected');
    expect(error.message).toContain('list the referrers of team/api@sha256:');
  });
});
