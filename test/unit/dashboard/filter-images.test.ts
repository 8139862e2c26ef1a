import { expect, it } from 'vitest';
import { filterImages, isFiltered, NO_FILTER } from '../../../dashboard/model/filter-images.ts';
import { anImage, found } from '../../browser/sample-views.ts';

const images = [
  anImage('team/api:1.4', { state: 'patched', ...found(0, 2) }),
  anImage('team/shop:9', {
    state: 'failed',
    reason: 'timeout',
    detail: 'Took 3 h',
    ...found(1, 0),
  }),
  anImage('tools/box:1', { counts: 'unknown', critical: null, high: null }),
];

it.each([
  [{ text: 'API' }, ['team/api:1.4']],
  [{ text: 'took  shop' }, ['team/shop:9']],
  [{ text: 'timeout' }, ['team/shop:9']],
  [{ text: 'team box' }, []],
  [{ repository: 'tools/box' }, ['tools/box:1']],
  [{ state: 'patched' }, ['team/api:1.4']],
  [{ severity: 'critical' as const }, ['team/shop:9']],
  [{ severity: 'high' as const }, ['team/api:1.4', 'team/shop:9']],
  [{}, ['team/api:1.4', 'team/shop:9', 'tools/box:1']],
])('the filter %j leaves %j', (filter, names) => {
  const left = filterImages(images, { ...NO_FILTER, ...filter });

  expect(left.map(({ image }) => image)).toEqual(names);
});

it('a filter of spaces filters nothing', () => {
  expect(isFiltered({ ...NO_FILTER, text: '  ' })).toBe(false);
  expect(isFiltered({ ...NO_FILTER, state: 'failed' })).toBe(true);
});
