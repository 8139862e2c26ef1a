import { expect, it } from 'vitest';
import { baseLabels, configForCopa, configOfPatch } from '../../../lib/image/copa-config.ts';
import { ImageConfig } from '../../../lib/image/manifest.ts';

const REST = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' } };
const SOURCE = ImageConfig.parse(REST);

const bytesOf = (config: unknown) => new TextEncoder().encode(JSON.stringify(config));
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const forCopa = (config: unknown) => textOf(configForCopa(bytesOf(config)));
const ofPatch = (config: unknown, source = SOURCE) =>
  textOf(configOfPatch(bytesOf(config), source));

it('reads the label in both spellings of the field', () => {
  const both = { Labels: { BaseImage: 'a' }, labels: { BaseImage: 'b' } };

  expect(baseLabels(ImageConfig.parse({ ...REST, config: both }))).toEqual(['a', 'b']);
  expect(baseLabels(ImageConfig.parse({ ...REST, config: { Labels: { x: 'y' } } }))).toEqual([]);
  expect(baseLabels(SOURCE)).toEqual([]);
});

it.each([
  ['for Copa', forCopa],
  ['of a patch', ofPatch],
])('removes the label from a config %s and leaves everything else, in its order', (_, changed) => {
  const config = {
    z: [1],
    config: { Labels: { b: '1', BaseImage: 'x', a: '2' }, Env: ['A'] },
    y: 2,
  };

  expect(changed(config)).toBe('{"z":[1],"config":{"Labels":{"b":"1","a":"2"},"Env":["A"]},"y":2}');
});

it('removes the field that Copa adds for the label alone', () => {
  expect(ofPatch({ config: { labels: { BaseImage: 'x' } } })).toBe('{"config":{}}');
  expect(ofPatch({ config: { Labels: { BaseImage: 'x' } } })).toBe('{"config":{"Labels":{}}}');
});

it('gives Copa an empty config if an image has none, and a patch none', () => {
  expect(forCopa({ config: null })).toBe('{"config":{}}');
  expect(forCopa({ os: 'linux' })).toBe('{"os":"linux","config":{}}');
  expect(ofPatch({ config: null })).toBe('{"config":null}');
  expect(() => forCopa([1])).toThrow('not a JSON object');
});

it("keeps the source's variant, which BuildKit drops", () => {
  const source = ImageConfig.parse({ ...REST, variant: 'v2' });

  expect(ofPatch({ os: 'linux' }, source)).toBe('{"os":"linux","variant":"v2"}');
  expect(ofPatch({ variant: 'v3' }, source)).toBe('{"variant":"v3"}');
  expect(ofPatch({ os: 'linux' })).toBe('{"os":"linux"}');
});
