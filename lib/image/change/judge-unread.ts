import { isBookkeeping } from '../layer/bookkeeping.ts';
import { ACCOUNT_FILES } from '../layer/layer-file.ts';
import { foldersAbove } from './added-files.ts';
import type { Facts, FileVerdict } from './judge-file.ts';
import type { Packages } from './package-facts.ts';
import { DOCUMENTATION, isOfApplication, powerOf } from './path-rules.ts';

const DELETED = { fault: 'is deleted, and it is unknown what the source has there' } as const;
const REPLACED = { fault: 'replaces a folder of the source' } as const;

/**
 * Judges what a patch takes from a source that was not read to its end: its files are unknown, so only
 * the scan of the source can say that an updated package owns a deleted path. Yields the paths that
 * the patch deletes, or has as a file in place of a folder.
 */
export function* judgeUnread(
  before: Packages,
  facts: Facts,
): Generator<readonly [path: string, verdict: FileVerdict]> {
  const { added } = facts;
  const files = [...added.changed.values(), ...added.twins].filter(
    ({ name }) => name === undefined,
  );
  const paths = new Set([...added.deleted, ...files.map(({ path }) => path)]);
  const folders = scannedFolders(before, paths);
  for (const path of added.emptied) yield [path, isData(path, facts) ? 'owned' : DELETED];
  for (const path of added.deleted) {
    const isExplained = isData(path, facts) || (!folders.has(path) && isOfUpdate(path, facts));
    yield [path, isExplained ? 'owned' : DELETED];
  }
  for (const { path } of files) {
    if (folders.has(path) && !DOCUMENTATION.test(path)) yield [path, REPLACED];
  }
}

/** Data of the package manager, and documentation. */
function isData(path: string, { changed }: Facts): boolean {
  return [path, `${path}/`].some((one) => isBookkeeping(one, changed) || DOCUMENTATION.test(one));
}

/** rpm lists folders, too: an empty one may hold files of the application. */
function isOfUpdate(path: string, { ownership, changed }: Facts): boolean {
  const isKept = ACCOUNT_FILES.has(path) || powerOf(path) !== undefined;
  if (isKept || isOfApplication(path) || isOfApplication(`${path}/`)) return false;
  const owners = ownership.owners(path);
  return ownership.isScanned(path) && owners.every((name) => changed.has(name));
}

/** The given paths that are folders: the scan has a file below them. */
function scannedFolders(before: Packages, paths: ReadonlySet<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  if (paths.size === 0) return folders;
  for (const { files } of before.values()) {
    for (const file of files) {
      for (const folder of foldersAbove(file)) if (paths.has(folder)) folders.add(folder);
    }
  }
  return folders;
}
