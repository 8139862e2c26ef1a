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
  readonly path: (path: string) => void;
}

/** Returns a reader for the package list at this path. It expects the lines in order. */
export function packageListReader(path: string, owned: Ownership): (line: string) => void {
  return path === APK_DATABASE ? apkDatabaseReader(owned) : dpkgListReader(path, owned);
}

/** dpkg: one file a package, one absolute path a line. */
function dpkgListReader(path: string, owned: Ownership): (line: string) => void {
  const [, name] = DPKG_LIST.exec(path) ?? [];
  if (name !== undefined) owned.package(name);
  return (line) => {
    if (line !== '') owned.path(normalizedPath(line));
  };
}

/**
 * apk: one file for all packages. Each line has a letter, a colon and a value: `P:` is a package's
 * name, `F:` a folder without leading slash, and `R:` a file in the last folder.
 * Format: apk-tools, `apk-package(5)` and `src/database.c`.
 */
function apkDatabaseReader(owned: Ownership): (line: string) => void {
  let folder = '';
  return (line) => {
    const value = line.slice(2);
    if (line.startsWith('P:')) owned.package(value);
    else if (line.startsWith('F:')) folder = value;
    else if (line.startsWith('R:')) owned.path(normalizedPath(`${folder}/${value}`));
  };
}
