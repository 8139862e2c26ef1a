import { plainText } from '../../text/plain-text.ts';
import type { LayerFile } from '../layer/layer-file.ts';
import { nameOf } from '../layer/read-layer.ts';
import { type Facts, isUnchanged } from './judge-file.ts';
import type { Packages } from './package-facts.ts';
import { DOCUMENTATION, isProgram } from './path-rules.ts';
import type { SourceFiles } from './source-files.ts';

const MAX_PATH = 200;
/** Packages in a detail. */
const SHOWN = 3;

/**
 * Checks that the files of each fixed package were replaced, and not only its record. Returns why
 * not, or undefined. A file of a package counts as replaced if its content or its time is new, since two
 * builds of a package can have the same bytes. But an update of times alone is no fix: so at least one
 * source package must have a file with new content, unless all that is fixed is for all architectures.
 */
export function judgeFixed(
  fixed: ReadonlySet<string>,
  before: Packages,
  facts: Facts,
): string | undefined {
  const { replaced, rewritten } = packagesWithNewFiles(before, facts);
  const bySource = Map.groupBy(
    [...fixed].filter((name) => mustHaveNewFiles(name, before, facts)),
    (name) => before.get(name)?.source ?? name,
  );
  for (const names of bySource.values()) {
    for (const name of names) {
      if (replaced.has(name)) continue;
      const alone = before.get(name)?.hasArchitecture === true;
      if (alone || !names.some((one) => replaced.has(one))) {
        return `${name} counts as fixed, but none of its files is replaced`;
      }
    }
  }
  const names = [...bySource.values()].flat();
  const hasPrograms = names.some((name) => before.get(name)?.hasArchitecture === true);
  if (hasPrograms && ![...bySource.keys()].some((one) => isRewritten(one, rewritten, before))) {
    const shown = names.slice(0, SHOWN).join(', ');
    return `the update of ${shown} counts as a fix, but its files have the same content as before`;
  }
  for (const name of fixed) {
    if (facts.source.hasStatusFolder && !facts.source.listed.has(name)) {
      return `${name} counts as fixed, but the source does not list its files`;
    }
    if (facts.source.listed.has(name) && !facts.added.listed.has(name)) {
      return `${name} counts as fixed, but its file list is not replaced`;
    }
    const stale = staleLibrary(name, before, facts);
    if (stale !== undefined) {
      return `${name} counts as fixed, but ${plainText(stale, MAX_PATH)} is not replaced`;
    }
  }
  return undefined;
}

/** False if the package has documentation only, or if its files are unknown. */
function mustHaveNewFiles(name: string, before: Packages, { source }: Facts): boolean {
  const files = before.get(name)?.files ?? [];
  if (files.length > 0) return files.some((path) => !DOCUMENTATION.test(path));
  // Trivy lists files of all packages or of none.
  return !isScanned(before) && source.listed.has(name);
}

function isScanned(before: Packages): boolean {
  return [...before.values()].some(({ files }) => files.length > 0);
}

/** A package of the source that has no finding of its own counts too: the fix may be in it. */
function isRewritten(source: string, rewritten: ReadonlySet<string>, before: Packages): boolean {
  return [...rewritten].some((name) => (before.get(name)?.source ?? name) === source);
}

interface NewFiles {
  /** Packages with a file whose content or time is new. */
  readonly replaced: ReadonlySet<string>;
  /** Packages with a file whose content is new. */
  readonly rewritten: ReadonlySet<string>;
}

/**
 * A package has new files if the layer has some of those that the source says it owns. The patch's
 * own lists count only for a program in place of a deleted or relinked one: `libx.so.1.3` comes and
 * `libx.so.1.2` goes.
 */
function packagesWithNewFiles(before: Packages, facts: Facts): NewFiles {
  const { added, source, ownership } = facts;
  const [replaced, rewritten] = [new Set<string>(), new Set<string>()];
  const [moved, created] = [new Set<string>(), new Set<string>()];
  const hasFiles = isScanned(before);
  for (const file of [...added.changed.values(), ...added.twins]) {
    const { path } = file;
    const earlier = source.replacedBy(file);
    if (earlier !== undefined && isAsBefore(earlier, file)) continue;
    const owners = ownership.owners(path);
    if (file.type === 'symlink') for (const name of owners) moved.add(name);
    if (file.type !== 'file' || (hasFiles && DOCUMENTATION.test(path))) continue;
    // Under the other name of its path, beside the file of the source.
    const first = source.files.get(path);
    const isBeside = earlier === undefined && first !== undefined && !source.isDeletedFrom(first);
    const isNew = earlier === undefined || earlier.content !== file.content;
    for (const name of isBeside ? [] : owners) {
      replaced.add(name);
      if (isNew) rewritten.add(name);
    }
    if (earlier === undefined && isProgram(file)) {
      for (const name of ownership.claimers(path)) created.add(name);
    }
  }
  for (const { path } of source.files.values()) {
    if (!added.changed.has(path)) for (const name of ownership.owners(path)) moved.add(name);
  }
  for (const name of created) {
    if (!moved.has(name)) continue;
    replaced.add(name);
    rewritten.add(name);
  }
  return { replaced, rewritten };
}

/**
 * A library of a fixed package that stays as it was. An update writes all files of a package again,
 * and a library has a new time with each build, unlike a script.
 */
function staleLibrary(name: string, before: Packages, facts: Facts): string | undefined {
  const { added, source } = facts;
  const { versions, files = [], hasArchitecture } = before.get(name) ?? {};
  // Files of several versions can't be told apart.
  if (versions?.size !== 1 || !hasArchitecture) return undefined;
  const diverted = new Set(source.diversions.values());
  return files.find((path) => {
    if (!source.libraries.has(path) || diverted.has(path) || DOCUMENTATION.test(path)) return false;
    const file = added.changed.get(path);
    const earlier = source.files.get(path);
    if (earlier === undefined) return file === undefined;
    if (file === undefined) return !isDeletedFrom(source, earlier);
    if (!source.areApart(earlier, file)) return isAsBefore(earlier, file);
    // The update may have it under the other name of its path as well, or instead.
    return !source.isDeletedFrom(earlier) && !added.twins.some((twin) => isReplaced(earlier, twin));
  });
}

/** Of two files with one path, the update may delete its own and leave the other. */
function isDeletedFrom(source: SourceFiles, file: LayerFile): boolean {
  if (source.isDeletedFrom(file)) return true;
  return source.twins().some((twin) => twin.path === file.path && source.isDeletedFrom(twin));
}

function isReplaced(before: LayerFile, after: LayerFile): boolean {
  return nameOf(before) === nameOf(after) && !isAsBefore(before, after);
}

function isAsBefore(before: LayerFile, after: LayerFile): boolean {
  return before.time === after.time && isUnchanged(before, after);
}
