import { normalizedPath } from './layer-path.ts';

const DPKG_LIST = /^var\/lib\/dpkg\/info\/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\.list$/;
const APK_DATABASE = 'usr/lib/apk/db/installed';

/** Files of a layer that say which package owns what. The path is a normalized one. */
export function isPackageList(path: string): boolean {
  return path === APK_DATABASE || DPKG_LIST.test(path);
}

/** What a package list says: the packages that it speaks of and the paths that they own. */
export interface OwnedPaths {
  readonly packages: readonly string[];
  readonly paths: readonly string[];
}

export function parsePackageList(path: string, text: string): OwnedPaths {
  return path === APK_DATABASE ? parseApkDatabase(text) : parseDpkgList(path, text);
}

/** dpkg: one file a package, one absolute path a line. */
function parseDpkgList(path: string, text: string): OwnedPaths {
  const [, name] = DPKG_LIST.exec(path) ?? [];
  const paths = text.split('\n').filter((line) => line !== '');
  return { packages: name === undefined ? [] : [name], paths: paths.map(normalizedPath) };
}

/**
 * apk: one file for all packages, a letter and a colon before each value: `P:` a package's name,
 * `F:` a folder without leading slash, and `R:` a file in the folder before it.
 * Format: apk-tools, `apk-package(5)` and `src/database.c`.
 */
function parseApkDatabase(text: string): OwnedPaths {
  const packages: string[] = [];
  const paths: string[] = [];
  let folder = '';
  for (const line of text.split('\n')) {
    const value = line.slice(2);
    if (line.startsWith('P:')) packages.push(value);
    else if (line.startsWith('F:')) folder = value;
    else if (line.startsWith('R:')) paths.push(normalizedPath(`${folder}/${value}`));
  }
  return { packages, paths };
}
