/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

/** A package in an image's own database. Versions are complete: epoch, upstream, revision. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: { readonly name: string; readonly version: string };
  readonly maintainer: string | undefined;
  /** Digest of the package, `sha1:…`, if the database has it (Alpine). */
  readonly digest: string | undefined;
  readonly licenses: readonly string[];
  /** Names of the installed packages that it depends on. */
  readonly dependsOn: readonly string[];
  /** Absolute paths of its regular files. */
  readonly files: readonly string[];
}

/** The package database of an image. */
export interface PackageDatabase {
  readonly kind: 'dpkg' | 'apk';
  /** The database's path, without a leading slash. */
  readonly path: string;
  readonly packages: readonly InstalledPackage[];
}
