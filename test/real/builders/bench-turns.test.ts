import { describe, expect, it } from 'vitest';
import { medianOf, turnOrder } from './bench-turns.ts';

describe('the turns of the benchmark', () => {
  it('starts with the other builder in each turn', () => {
    const orders = [0, 1, 2].map((turn) => turnOrder(turn, ['a', 'b']));

    expect(orders).toEqual([
      ['a', 'b'],
      ['b', 'a'],
      ['a', 'b'],
    ]);
  });

  it('counts the median of each figure, so that one slow turn changes nothing', () => {
    const turns = [
      { seconds: 30, megabytes: 5 },
      { seconds: 900, megabytes: 7 },
      { seconds: 20, megabytes: 6 },
    ];

    expect(medianOf(turns)).toEqual({ seconds: 30, megabytes: 6 });
  });

  it('counts the lower one of two', () => {
    const turns = [
      { seconds: 30, megabytes: 5 },
      { seconds: 20, megabytes: 7 },
    ];

    expect(medianOf(turns)).toEqual({ seconds: 20, megabytes: 5 });
  });
});
