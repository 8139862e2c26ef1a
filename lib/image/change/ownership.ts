import type { AddedFiles } from './added-files.ts';
import { isDeleted } from './added-files.ts';
import type { Packages } from './package-facts.ts';
import { LEFT_BESIDE } from './path-rules.ts';
import type { SourceFiles } from './source-files.ts';

/**
 * Python's compiled code next to its source: `__pycache__/x.cpython-311.pyc` for `x.py`, and `x.pyc` of
 * Python 2.
 */
const BYTECODE =
  /^(.*?)(?:__pycache__\/([^/]+?)\.[^/.]+(?:\.opt-[12])?\.pyc|(?<=python2.*\/)([^/]+?)\.py[co])$/;

/** Which packages own a path, by the source and by the patch. */
export class Ownership {
  readonly #source: SourceFiles;
  readonly #added: AddedFiles;
  readonly #changed: ReadonlySet<string>;
  readonly #before: Packages;
  readonly #after: Packages;
  readonly #scannedBefore: ReadonlyMap<string, readonly string[]>;
  readonly #scannedAfter: ReadonlyMap<string, readonly string[]>;

  constructor(options: {
    readonly source: SourceFiles;
    readonly added: AddedFiles;
    readonly before: Packages;
    readonly after: Packages;
    readonly changed: ReadonlySet<string>;
  }) {
    this.#source = options.source;
    this.#added = options.added;
    this.#changed = options.changed;
    this.#before = options.before;
    this.#after = options.after;
    this.#scannedBefore = ownersOf(options.before, options.added);
    this.#scannedAfter = ownersOf(options.after, options.added);
  }

  /** The owners in the source. */
  owners(path: string): readonly string[] {
    const listed = this.#source.owners.get(path) ?? [];
    return [...new Set([...listed, ...(this.#scannedBefore.get(path) ?? [])])];
  }

  /** True if the scan of the source names an owner. */
  isScanned(path: string): boolean {
    return this.#scannedBefore.has(path);
  }

  /** The changed packages that own the path in the patch, as the patch itself says. */
  claimers(path: string): readonly string[] {
    const listed = this.#source.diversions.get(path) ?? path;
    const names = [listed, listed.replace(LEFT_BESIDE, '')].flatMap((one) => [
      ...(this.#added.claims.get(one) ?? []),
      ...(this.#scannedAfter.get(one) ?? []),
    ]);
    return [...new Set(names)].filter((name) => this.#changed.has(name));
  }

  /** True for a package that the source does not have. */
  readonly isNew = (name: string): boolean => !this.#before.has(name);

  /** True if dpkg puts the file of another path here. */
  isDiverted(path: string): boolean {
    return this.#source.diversions.has(path);
  }

  /** True for compiled code whose source a changed package owns. */
  isBytecode(path: string): boolean {
    const [, folder, compiled, beside] = BYTECODE.exec(path) ?? [];
    const module = compiled ?? beside;
    return module !== undefined && this.claimers(`${folder}${module}.py`).length > 0;
  }

  /**
   * True if it is unknown which files a changed package of the source has: its own files look like
   * others'. dpkg and apk list all of their packages, so only a system with rpm has such packages.
   */
  get isUnknown(): boolean {
    if (this.#source.listed.size > 0) return false;
    return [...this.#changed].some(
      (name) =>
        this.isUnlisted(name) &&
        (this.#after.get(name)?.files.length ?? 0) === 0 &&
        !this.#added.listed.has(name),
    );
  }

  /** True if it is unknown which files the source's package has. */
  isUnlisted(name: string): boolean {
    const files = this.#before.get(name)?.files;
    return files !== undefined && files.length === 0 && !this.#source.listed.has(name);
  }
}

/** Only of paths that the patch changes or deletes, so that memory stays bounded. */
function ownersOf(packages: Packages, added: AddedFiles): ReadonlyMap<string, readonly string[]> {
  const owners = new Map<string, string[]>();
  for (const [name, { files }] of packages) {
    for (const path of files) {
      if (!added.changed.has(path) && !isDeleted(added, path)) continue;
      const known = owners.get(path);
      if (known === undefined) owners.set(path, [name]);
      else known.push(name);
    }
  }
  return owners;
}
