import { type Attributed, byName } from '../storage/repository.ts';

/** ACR's `orderby`: by the time of the last update if requested, else by name. */
export function inOrder<T extends Attributed>(
  items: readonly T[],
  orderby: string,
  nameOf: (item: T) => string,
): T[] {
  const named = [...items].sort((a, b) => byName(nameOf(a), nameOf(b)));
  switch (orderby) {
    case 'timeasc':
      return named.sort((a, b) => a.updated.getTime() - b.updated.getTime());
    case 'timedesc':
      return named.sort((a, b) => b.updated.getTime() - a.updated.getTime());
    default:
      return named;
  }
}
