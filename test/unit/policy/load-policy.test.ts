import { beforeEach, expect, it } from 'vitest';
import { digestOf } from '../../../lib/image/digest.ts';
import { MediaType } from '../../../lib/image/manifest.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { loadPolicyText } from '../../../lib/policy/load-policy.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryRegistry } from '../../fakes/memory-registry.ts';
import { seedImage } from '../../fakes/registry/seed-image.ts';

const REPOSITORY = RepositoryName.parse('csscpolicies/patchpolicy');
const TAG = Tag.parse('v1');

let registry: MemoryRegistry;
beforeEach(() => {
  registry = new MemoryRegistry({ clock: new ManualClock() });
});

const load = (setting?: string) => loadPolicyText({ registry, setting });

it('reads the setting without a request to the registry', async () => {
  registry.manifest = () => Promise.reject(new Error('asked'));

  expect(await load('{}')).toEqual({
    found: true,
    text: '{}',
    from: 'the setting PATCHWRIGHT_POLICY',
  });
});

it('reads the last layer of the artifact in the registry', async () => {
  await seedImage(registry, { repository: REPOSITORY, tags: [TAG], layers: ['notes', '{"a":1}'] });

  expect(await load()).toEqual({
    found: true,
    text: '{"a":1}',
    from: 'csscpolicies/patchpolicy:v1',
  });
});

it('reports that the registry has no policy', async () => {
  expect(await load()).toEqual({ found: false, detail: expect.stringContaining('has no') });
});

it('refuses an image in the Docker format', async () => {
  await seedImage(registry, { repository: REPOSITORY, tags: [TAG], mediaTypes: 'docker' });

  expect(await load()).toEqual({
    found: false,
    detail: expect.stringMatching(
      /must have an OCI image manifest, but has the media type .*docker/,
    ),
  });
});

it('refuses an artifact without a layer', async () => {
  await seedImage(registry, { repository: REPOSITORY, tags: [TAG], layers: [] });

  expect(await load()).toEqual({ found: false, detail: expect.stringContaining('no layer') });
});

it('refuses a manifest that does not parse', async () => {
  const bytes = Buffer.from('{"schemaVersion":2}');
  const stored = { bytes, mediaType: MediaType.ociManifest, digest: digestOf(bytes) };
  registry.manifest = async () => stored;

  expect(await load()).toEqual({ found: false, detail: expect.stringContaining('no layer') });
});

it('reports that the document of the artifact is missing', async () => {
  await seedImage(registry, { repository: REPOSITORY, tags: [TAG] });
  registry.blob = async () => undefined;

  expect(await load()).toEqual({ found: false, detail: expect.stringContaining('lacks') });
});
