import { normalizedPath } from './layer-path.ts';

const DPKG_LIST = /^var\/lib\/dpkg\/info\/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\.list$/;
const APK_DATABASE = 'usr/lib/apk/db/installed';

/** True if the file lists the paths that packages own. Expects a normalized path. */
export function isPackageList(path: string): boolean {
  return path === APK_DATABASE || DPKG_LIST.test(path);
}

/** Receives the packages of a package list and the paths that they own. */
export interface Ownership {
  readonly package: (name: string) => void;
  readonly path: (path: string, owner: string) => void;
}

/** Returns a reader for the package list at this path. It expects the lines in order. */
export function packageListReader(path: string, owned: Ownership): (line: string) => void {
  return path === APK_DATABASE ? apkDatabaseReader(owned) : dpkgListReader(path, owned);
}

/** dpkg: one file a package, one absolute path a line. */
function dpkgListReader(path: string, owned: Ownership): (line: string) => void {
  const [, name = ''] = DPKG_LIST.exec(path) ?? [];
  if (name !== '') owned.package(name);
  return (line) => {
    if (line !== '') owned.path(normalizedPath(line), name);
  };
}

/**
 * apk: one file for all packages. Each line has a letter, a colon and a value: `P:` is a package's
 * name, `F:` a folder without leading slash, and `R:` a file in the last folder.
 * Format: apk-tools, `apk-package(5)` and `src/database.c`.
 */
function apkDatabaseReader(owned: Ownership): (line: string) => void {
  let folder = '';
  let name = '';
  return (line) => {
    const value = line.slice(2);
    if (line.startsWith('P:')) {
      name = value;
      owned.package(value);
    }
    if (line.startsWith('F:')) folder = value;
    if (line.startsWith('R:')) owned.path(normalizedPath(`${folder}/${value}`), name);
  };
}
