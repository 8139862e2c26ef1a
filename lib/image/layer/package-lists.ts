import { normalizedPath } from './layer-path.ts';

const DPKG_LIST = /^var\/lib\/dpkg\/info\/([a-z0-9][a-z0-9+.-]*)(?::[a-z0-9-]+)?\.list$/;
/** Of an image without a package manager: one file of checksums a package (distroless). */
const STATUS_FOLDER_LIST = /^var\/lib\/dpkg\/status\.d\/([a-z0-9][a-z0-9+.-]*)\.md5sums$/;
const CHECKSUM = /^[0-9a-f]{32} {2}(.+)$/;
const APK_DATABASE = 'usr/lib/apk/db/installed';

/** True if the file lists the paths that packages own. Expects a normalized path. */
export function isPackageList(path: string): boolean {
  return path === APK_DATABASE || DPKG_LIST.test(path) || STATUS_FOLDER_LIST.test(path);
}

/** Receives the packages of a package list and the paths that they own. */
export interface Ownership {
  readonly package: (name: string) => void;
  readonly path: (path: string, owner: string) => void;
}

/** Returns a reader for the package list at this path. It expects the lines in order. */
export function packageListReader(path: string, owned: Ownership): (line: string) => void {
  if (path === APK_DATABASE) return apkDatabaseReader(owned);
  const [, name] = STATUS_FOLDER_LIST.exec(path) ?? [];
  return name === undefined ? dpkgListReader(path, owned) : checksumReader(name, owned);
}

/**
 * `status.d`: one file a package, one checksum and relative path a line, of regular files that are no
 * configuration. Format: `deb-md5sums(5)`, and PACKAGE_METADATA.md of GoogleContainerTools/distroless.
 */
function checksumReader(name: string, owned: Ownership): (line: string) => void {
  owned.package(name);
  return (line) => {
    const [, path] = CHECKSUM.exec(line) ?? [];
    if (path !== undefined) owned.path(normalizedPath(path), name);
  };
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
