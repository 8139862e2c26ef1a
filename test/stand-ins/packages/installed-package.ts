/** Part of the stand-ins for Trivy and Copa: for tests and the demo, never shipped. */

/** A package as an image's own database names it. Versions are whole: epoch, upstream, revision. */
export interface InstalledPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: { readonly name: string; readonly version: string };
  readonly maintainer: string | undefined;
  /** Of the package itself, `sha1:…`, where the database has it (Alpine). */
  readonly digest: string | undefined;
  readonly licenses: readonly string[];
  /** Names of installed packages that it needs. */
  readonly dependsOn: readonly string[];
  /** Absolute paths of its regular files. */
  readonly files: readonly string[];
}

/** Which package manager's database an image has, and what is in it. */
export interface PackageDatabase {
  readonly kind: 'dpkg' | 'apk';
  /** The database's path, without a leading slash. */
  readonly path: string;
  readonly packages: readonly InstalledPackage[];
}
