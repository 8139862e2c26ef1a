import { expect, it } from 'vitest';
import { baseLabels, withoutBaseLabel } from '../../../lib/image/base-label.ts';
import { ImageConfig } from '../../../lib/image/manifest.ts';

const without = (config: unknown) =>
  new TextDecoder().decode(withoutBaseLabel(new TextEncoder().encode(JSON.stringify(config))));

it('reads the label in both spellings of the field', () => {
  const rest = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' } };
  const both = { Labels: { BaseImage: 'a' }, labels: { BaseImage: 'b' } };

  expect(baseLabels(ImageConfig.parse({ ...rest, config: both }))).toEqual(['a', 'b']);
  expect(baseLabels(ImageConfig.parse({ ...rest, config: { Labels: { x: 'y' } } }))).toEqual([]);
  expect(baseLabels(ImageConfig.parse(rest))).toEqual([]);
});

it('removes the label and leaves everything else, in its order', () => {
  const config = {
    z: [1],
    config: { Labels: { b: '1', BaseImage: 'x', a: '2' }, Env: ['A'] },
    y: 2,
  };

  expect(without(config)).toBe('{"z":[1],"config":{"Labels":{"b":"1","a":"2"},"Env":["A"]},"y":2}');
});

it('removes the field that Copa adds for the label alone', () => {
  expect(without({ config: { labels: { BaseImage: 'x' } } })).toBe('{"config":{}}');
  expect(without({ config: { Labels: { BaseImage: 'x' } } })).toBe('{"config":{"Labels":{}}}');
});

it('takes a config without labels', () => {
  expect(without({ config: null })).toBe('{"config":null}');
  expect(() => without([1])).toThrow('not a JSON object');
});
