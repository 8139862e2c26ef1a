import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';
import type { Interception, RequestKind } from '../../world/registry/start-registry.ts';
import { type LocalAcr, startLocalAcr } from './local-acr.ts';

const v1 = Tag.parse('v1');
const LAYER = Buffer.from('the layer');
const layer = digestOf(LAYER);

describe('the ACR adapter with a failing registry', () => {
  let acr: LocalAcr;
  const waits: number[] = [];
  let made = 0;
  let repository: RepositoryName;
  beforeAll(async () => {
    const delays = {
      wait: async (milliseconds: number) => void waits.push(milliseconds),
      random: () => 0.5,
    };
    acr = await startLocalAcr({ delays });
  });
  beforeEach(() => {
    made += 1;
    repository = RepositoryName.parse(`team/r-${made}`);
    waits.length = 0;
    acr.local.clearRequests();
  });
  afterAll(() => acr?.close());

  /** The first requests of this kind fail in this way; later ones succeed. */
  function fail(kind: RequestKind, ...answers: readonly Interception[]): void {
    let seen = 0;
    acr.local.intercept((request) => {
      if (request.kind !== kind) return undefined;
      seen += 1;
      return answers[seen - 1];
    });
  }

  it('waits for the time that a 429 asks for and then retries', async () => {
    const { digest } = await seedImage(acr.registry, { repository, tags: [v1] });
    fail('manifest.get', { status: 429, headers: { 'Retry-After': '4' } });

    const found = await acr.registry.manifest(repository, v1);

    expect(found?.digest).toBe(digest);
    expect(waits).toEqual([4000]);
  });

  it.each<['drop' | 'drop-after']>([['drop'], ['drop-after']])(
    'retries a PUT of a manifest by digest after a broken connection (%s)',
    async (how) => {
      const { digest, manifest } = await seedImage(acr.registry, { repository });
      const bytes = Buffer.from(JSON.stringify(manifest));
      const mediaType = manifest.mediaType ?? '';
      acr.local.clearRequests();
      fail('manifest.put', how);

      const put = await acr.registry.putManifest(repository, digest, { bytes, mediaType });

      expect(put).toBe(digest);
      expect(acr.local.requests()['manifest.put']).toBe(2);
    },
  );

  it.each<['drop' | 'drop-after']>([['drop'], ['drop-after']])(
    'never retries a PUT of a manifest under a tag (%s)',
    async (how) => {
      const { manifest } = await seedImage(acr.registry, { repository });
      const bytes = Buffer.from(JSON.stringify(manifest));
      const mediaType = manifest.mediaType ?? '';
      acr.local.clearRequests();
      fail('manifest.put', how);

      const putting = acr.registry.putManifest(repository, v1, { bytes, mediaType });

      await expect(putting).rejects.toMatchObject({ code: 'unavailable' });
      expect(acr.local.requests()['manifest.put']).toBe(1);
    },
  );

  it('can repeat an upload whose response was lost', async () => {
    fail('upload.finish', 'drop-after');

    const first = acr.registry.putBlob(repository, layer, LAYER);
    await expect(first).rejects.toMatchObject({ code: 'unavailable' });
    await acr.registry.putBlob(repository, layer, LAYER);

    expect(await acr.registry.blob(repository, layer, 100)).toEqual(LAYER);
  });

  it('can repeat an interrupted copy', async () => {
    const source = RepositoryName.parse('team/source');
    await acr.registry.putBlob(source, layer, LAYER);
    acr.local.configure({ mountsRefused: true });
    fail('upload.finish', 'drop');
    const share = () => acr.registry.shareBlob({ from: source, to: repository, digest: layer });

    await expect(share()).rejects.toMatchObject({ code: 'unavailable' });
    const again = await share().finally(() => acr.local.configure({ mountsRefused: false }));

    expect(again).toBe('copied');
    expect(await acr.registry.blob(repository, layer, 100)).toEqual(LAYER);
  });

  it('retries a deletion whose response was lost', async () => {
    const { digest } = await seedImage(acr.registry, { repository, tags: [v1] });
    fail('manifest.delete', 'drop-after');

    await acr.registry.deleteManifest(repository, digest);

    expect(await acr.registry.manifest(repository, digest)).toBeUndefined();
  });

  it('fails as unavailable after the last retry', async () => {
    fail('blob.get', ...Array.from({ length: 9 }, () => ({ status: 503 })));

    const reading = acr.registry.blob(repository, layer, 100);

    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
    expect(acr.local.requests()['blob.get']).toBe(4);
  });

  it('requests a token again if the token endpoint was busy', async () => {
    fail('token.access', { status: 503 });

    const found = await acr.registry.blob(RepositoryName.parse('team/another'), layer, 100);

    expect(found).toBeUndefined();
    expect(acr.local.requests()['token.access']).toBe(2);
  });
});
