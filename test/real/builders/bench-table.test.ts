import { describe, expect, it } from 'vitest';
import { benchTable } from './bench-table.ts';

const upstream = { seconds: 10, megabytes: 100 };

describe('the table of the benchmark', () => {
  it('compares time and disk of both builders and marks what is over its limit', () => {
    const own = { seconds: 15.04, megabytes: 240 };

    const lines = benchTable([
      { what: 'a', before: 7, after: 0, upstream, own, timeLimit: 1.2 },
      { what: 'b', before: 2, after: 1, upstream, own: { seconds: 8, megabytes: 260 } },
    ]);

    expect(lines).toEqual([
      '| image | findings | upstream | mount-free | time | disk |',
      '| --- | --- | --- | --- | --- | --- |',
      '| a | 7 → 0 | 10 s, 100 MB | 15 s, 240 MB | 1.5 × (OVER 1.2) | 2.4 × (limit 2.5) |',
      '| b | 2 → 1 | 10 s, 100 MB | 8 s, 260 MB | 0.8 × | 2.6 × (OVER 2.5) |',
    ]);
  });
});
