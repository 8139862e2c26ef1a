import { expect, it } from 'vitest';
import { whyUnsupported } from '../../../lib/image/unsupported-image.ts';

const LAYER = {
  mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
  digest: `sha256:${'0'.repeat(64)}`,
  size: 1,
};
const MANIFEST = { schemaVersion: 2, config: { mediaType: 'x', size: 1 }, layers: [LAYER] };
const CONFIG = {
  architecture: 'amd64',
  os: 'linux',
  config: { Labels: { LABELS: 'x', labels: 'y' } },
  rootfs: { type: 'layers', diff_ids: [] },
};

const why = (manifest: object | string, config: object | string = CONFIG) => {
  const [manifestBytes, configBytes] = [manifest, config].map((one) =>
    Buffer.from(typeof one === 'string' ? one : JSON.stringify(one)),
  );
  if (manifestBytes === undefined || configBytes === undefined) throw new Error('no bytes');
  return whyUnsupported({ manifestBytes, configBytes });
};
const withLayer = (layer: object) => ({ ...MANIFEST, layers: [LAYER, { ...LAYER, ...layer }] });

it('accepts a usual image, also with labels in any case', () => {
  expect(why(MANIFEST)).toBeUndefined();
  expect(why(withLayer({ urls: [] }))).toBeUndefined();
  expect(why({ ...MANIFEST, annotations: { Layers: 'x', layers: 'y' } })).toBeUndefined();
});

it.each([
  ['with addresses', withLayer({ urls: ['http://169.254.169.254/'] })],
  ['of a foreign type', withLayer({ mediaType: 'application/vnd.docker.foreign.diff.tar.gzip' })],
  ['that is not distributable', withLayer({ mediaType: 'x.layer.nondistributable.v1.tar' })],
  ['whose config has addresses', { ...MANIFEST, config: { urls: ['http://localhost/'] } }],
])('refuses a layer %s', (_, manifest) => {
  expect(why(manifest)).toBe('a layer is to be fetched from an address outside of the registry');
});

it.each([
  ['Layers', { ...MANIFEST, Layers: [] }],
  ['CONFIG', { ...MANIFEST, CONFIG: {} }],
  ['URLS', withLayer({ URLS: ['http://localhost/'] })],
])('refuses the name %s in a manifest', (name, manifest) => {
  expect(why(manifest)).toBe(`its manifest has a name that tools read as another: ${name}`);
});

it.each([
  ['Config', { ...CONFIG, Config: { Labels: {} } }],
  ['LABELS', { ...CONFIG, config: { LABELS: { BaseImage: 'x' } } }],
  ['Diff_IDs', { ...CONFIG, rootfs: { Diff_IDs: [] } }],
])('refuses the name %s in a config', (name, config) => {
  expect(why(MANIFEST, config)).toBe(`its config has a name that tools read as another: ${name}`);
});

it('refuses a name that is given twice', () => {
  const twice = '{"config":{"Labels":{"BaseImage":"x"}},"config":{}}';

  expect(why(MANIFEST, twice)).toBe('its config has a name twice');
  expect(why('{"layers":[],"layers":[]}')).toBe('its manifest has a name twice');
});
