import { differences, entriesOf, type LayerEntries, layersOf } from './layer-entries.ts';

/**
 * Files that differ even between two patches of a Debian image by the same builder: logs contain times,
 * and ldconfig's cache contains inode numbers. The times of all entries may differ too.
 */
export const DEBIAN_MAY_DIFFER: readonly string[] = [
  'var/cache/ldconfig/aux-cache',
  'var/log/alternatives.log',
  'var/log/apt/history.log',
  'var/log/apt/term.log',
  'var/log/dpkg.log',
];

/** The same for an image of rpm and dnf, whose databases contain times. */
export const RPM_MAY_DIFFER: readonly string[] = [
  'var/cache/ldconfig/aux-cache',
  'var/lib/dnf/history.sqlite',
  'var/lib/dnf/history.sqlite-shm',
  'var/lib/dnf/history.sqlite-wal',
  'var/lib/rpm/rpmdb.sqlite',
  'var/lib/rpm/rpmdb.sqlite-shm',
  'var/lib/rpm/rpmdb.sqlite-wal',
  'var/log/dnf.librepo.log',
  'var/log/dnf.log',
  'var/log/dnf.rpm.log',
  'var/log/hawkey.log',
];

export interface AddedLayers {
  /** The digests of the layers below the added one, of each patch. */
  readonly below: readonly (readonly string[])[];
  /** The entries that differ, except those that may. */
  readonly differences: readonly string[];
  /** The entries that the second patch added. */
  readonly entries: LayerEntries;
}

/** Compares the topmost layers of two patches, which are folders of OCI layouts. */
export async function compareAddedLayers(
  first: string,
  second: string,
  mayDiffer: readonly string[],
): Promise<AddedLayers> {
  const [a, b] = [await layersOf(first), await layersOf(second)];
  const entries = await entriesOf(second, b.at(-1) ?? '');
  return {
    below: [a.slice(0, -1), b.slice(0, -1)],
    differences: differences(await entriesOf(first, a.at(-1) ?? ''), entries, mayDiffer),
    entries,
  };
}
