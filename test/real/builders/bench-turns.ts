import type { Measured } from './bench-table.ts';

/** The builders in the order of a turn, which alternates: what else a machine does may grow or shrink. */
export function turnOrder<T>(turn: number, builders: readonly [T, T]): readonly [T, T] {
  const [first, second] = builders;
  return turn % 2 === 0 ? [first, second] : [second, first];
}

/** The median of the seconds and the median of the disk. Of an even number, the lower of the two in the middle. */
export function medianOf(turns: readonly Measured[]): Measured {
  return {
    seconds: median(turns.map(({ seconds }) => seconds)),
    megabytes: median(turns.map(({ megabytes }) => megabytes)),
  };
}

function median(values: readonly number[]): number {
  const middle = [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
  if (middle === undefined) throw new Error('A median needs at least one value.');
  return middle;
}
