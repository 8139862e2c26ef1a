import { expect, it } from 'vitest';
import { withWarnings } from '../../../../lib/pipeline/records/run-warnings.ts';

const OLD = { warnings: 'the database is old' };

it('adds warnings after the others, each once', () => {
  const added = withWarnings(OLD, ['many', undefined, 'many', 'the database is old']);

  expect(added).toEqual({ warnings: 'the database is old\nmany' });
  expect(withWarnings(added, ['many'])).toEqual({});
  expect(withWarnings({}, ['first'])).toEqual({ warnings: 'first' });
});

it('changes nothing without a warning', () => {
  expect(withWarnings(OLD, [undefined])).toEqual({});
  expect(withWarnings({}, [])).toEqual({});
});

it('says that there are more once the column is full', () => {
  const lines = Array.from({ length: 100 }, (_, at) => `${at} ${'x'.repeat(1000)}`);

  const full = withWarnings(OLD, lines);

  expect(full.warnings?.length).toBeLessThanOrEqual(30_000);
  expect(full.warnings?.split('\n').at(-1)).toBe('and more warnings than are shown');
  expect(full.warnings?.split('\n')).toHaveLength(31);
  expect(withWarnings(full, ['one more'])).toEqual({});
});
