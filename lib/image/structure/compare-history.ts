import { isDeepStrictEqual } from 'node:util';

type Entry = Readonly<Record<string, unknown>>;

/** The fields of a history entry that BuildKit knows; it drops all others and empty ones. */
const FIELDS = ['created', 'created_by', 'author', 'comment', 'empty_layer'];

/**
 * Returns the first change to the history other than new entries at its end, or undefined.
 * BuildKit rewrites each entry: it fills in an absent `created`, reformats times, adds an entry for
 * each layer that has none, and marks entries as empty for which no layer is left (0.34.2
 * `normalizeLayersAndHistory`). `layers` is the number of layers of the patched image.
 */
export function historyChange(
  before: readonly Entry[],
  after: readonly Entry[],
  layers: number,
): string | undefined {
  const changed = markSurplus(before, layers).findIndex(
    (entry, at) => !isSameEntry(before[at] ?? entry, after[at]) && !isSameEntry(entry, after[at]),
  );
  if (changed !== -1) return `history entry ${changed}`;
  return after.length > before.length + layers ? 'history has too many new entries' : undefined;
}

/** Entries that have a layer keep it, in order; the others are marked as empty. */
function markSurplus(entries: readonly Entry[], layers: number): readonly Entry[] {
  let left = layers;
  return entries.map((entry) => {
    if (entry.empty_layer === true) return entry;
    left -= 1;
    return left < 0 ? { ...entry, empty_layer: true } : entry;
  });
}

function isSameEntry(before: Entry, after: Entry | undefined): boolean {
  if (after === undefined) return false;
  if (isDeepStrictEqual(before, after)) return true;

  const { created, ...old } = known(before);
  const { created: newCreated, ...current } = known(after);
  const foreign = Object.keys(after).some((key) => !FIELDS.includes(key));
  return !foreign && isDeepStrictEqual(old, current) && isSameTime(created, newCreated);
}

function known(entry: Entry): Entry {
  return Object.fromEntries(FIELDS.filter((key) => entry[key]).map((key) => [key, entry[key]]));
}

const TIME = /^([^.]+)(?:\.([0-9]+))?(Z|[+-][0-9]{2}:[0-9]{2})$/;

/** Compares RFC 3339 times to the nanosecond. An absent time may become any time. */
function isSameTime(before: unknown, after: unknown): boolean {
  if (before === undefined || before === after) return true;
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  const [old, current] = [instantOf(before), instantOf(after)];
  return old !== undefined && old === current;
}

function instantOf(time: string): string | undefined {
  const [, seconds, fraction = '', zone] = TIME.exec(time) ?? [];
  const milliseconds = Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(milliseconds)) return undefined;
  return `${milliseconds}.${fraction.replace(/0+$/, '')}`;
}
