import { normalizedPath } from './layer-path.ts';

const DPKG_LIST = /^var\/lib\/dpkg\/info\/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\.list$/;
const APK_DATABASE = 'usr/lib/apk/db/installed';

/** Files of a layer that say which package owns what. The path is a normalized one. */
export function isPackageList(path: string): boolean {
  return path === APK_DATABASE || DPKG_LIST.test(path);
}

/** Takes what a package list says: the packages that it speaks of and the paths that they own. */
export interface Ownership {
  readonly package: (name: string) => void;
  readonly path: (path: string) => void;
}

/** What takes the lines of the package list at this path, one after the other. */
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
 * apk: one file for all packages, a letter and a colon before each value: `P:` a package's name,
 * `F:` a folder without leading slash, and `R:` a file in the folder before it.
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
