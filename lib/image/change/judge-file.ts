import { posix } from 'node:path';
import { isBookkeeping } from '../layer/bookkeeping.ts';
import { ACCOUNT_FILES, type LayerFile } from '../layer/layer-file.ts';
import { normalizedPath } from '../layer/layer-path.ts';
import { nameOf } from '../layer/read-layer.ts';
import { accountFault } from './accounts.ts';
import type { AddedFiles } from './added-files.ts';
import type { Ownership } from './ownership.ts';
import {
  DOCUMENTATION,
  interpreterOf,
  isOfApplication,
  isProgram,
  packageOfScript,
  powerOf,
} from './path-rules.ts';
import type { SourceFiles } from './source-files.ts';

const ALTERNATIVES = 'etc/alternatives/';
const MAX_HOPS = 4;
const REPLACES_UNOWNED = {
  fault: 'replaces a file of the source that belongs to no package',
} as const;
const NEW_SETUID = { fault: 'is setuid, and no package of the source owns it' } as const;

export interface Facts {
  readonly added: AddedFiles;
  readonly source: SourceFiles;
  readonly ownership: Ownership;
  readonly changed: ReadonlySet<string>;
  /** False if a layer of the source was not read to its end. */
  readonly complete: boolean;
  /** It is unknown which files a changed package has, so a file without an owner may be its own. */
  readonly isUnknown: boolean;
}

/** Nothing speaks against it; `unowned` is only counted. */
export type FileVerdict = 'owned' | 'unowned' | { readonly fault: string };

/** Decides whether a package update explains an added file. */
export function judgeFile(file: LayerFile, facts: Facts): FileVerdict {
  const { path } = file;
  const before = facts.source.replacedBy(file);
  if (facts.source.replacedFolders.has(nameOf(file)) && !DOCUMENTATION.test(path)) {
    return { fault: 'replaces a folder of the source' };
  }
  if (before !== undefined && isUnchanged(before, file)) return 'owned';
  if (before !== undefined && isKeptFromOutside(before, file, facts)) return REPLACES_UNOWNED;
  if (ACCOUNT_FILES.has(path)) return judgeAccounts(file, before, facts);
  if (isOfPackageManager(file, facts)) return 'owned';

  const owners = facts.ownership.owners(path);
  if (owners.some((name) => facts.changed.has(name))) return 'owned';
  const [owner] = owners;
  if (owner !== undefined) {
    // It may have been written again as it was.
    if (before === undefined && !facts.complete && !isProgram(file) && !isPowerful(file)) {
      return 'unowned';
    }
    return { fault: `belongs to ${owner}, which is not updated` };
  }

  const claimers = facts.ownership.claimers(path);
  if (claimers.some((name) => facts.ownership.isUnlisted(name))) return 'owned';
  if (claimers.length > 0 && facts.ownership.isDiverted(path)) return 'owned';
  if (facts.isUnknown && (before !== undefined || !isPowerful(file))) {
    return file.privileged && before?.privileged === false ? NEW_SETUID : 'unowned';
  }
  if (file.privileged) return NEW_SETUID;
  if (!facts.complete && before === undefined && isOfApplication(path)) {
    return { fault: 'is among files of applications, and it is unknown what the source has there' };
  }
  const power = powerOf(path);
  if (power !== undefined && !linksToClaimed(file, facts)) {
    return { fault: `is read by ${power}, and no package of the source owns it` };
  }
  if (claimers.length > 0) return judgeTakeover(file, before, claimers, facts);
  return judgeUnowned(file, before, facts);
}

/**
 * True for a file without an owner in an image without a package manager: none of its programs runs, so
 * only the update from outside writes, whatever the patch's own lists say. The source's lists name no
 * links, so one that is no library may point to another file of an updated package.
 */
function isKeptFromOutside(before: LayerFile, file: LayerFile, facts: Facts): boolean {
  if (!isUnownedFromOutside(before, facts)) return false;
  const isLink = before.type === 'symlink' && file.type === 'symlink' && !isProgram(before);
  return !isLink || !linksToClaimed(file, facts);
}

function isUnownedFromOutside({ path }: LayerFile, { source, ownership }: Facts): boolean {
  if (!source.hasStatusFolder || path.startsWith('var/lib/dpkg/')) return false;
  return ownership.owners(path).length === 0;
}

function isPowerful(file: LayerFile): boolean {
  return file.privileged || powerOf(file.path) !== undefined;
}

/** A changed package says that it owns a file. */
function judgeTakeover(
  file: LayerFile,
  before: LayerFile | undefined,
  claimers: readonly string[],
  { ownership }: Facts,
): FileVerdict {
  if (before === undefined) {
    // Packages of a distribution have no programs there, and a made-up one could hide the system's.
    const runs = isProgram(file) || interpreterOf(file.path) !== undefined;
    return runs && isOfApplication(file.path) && claimers.every(ownership.isNew)
      ? { fault: 'is a program among those of applications, and only a new package claims it' }
      : 'owned';
  }
  const isProtected = before.type !== 'symlink' && isProgram(before);
  return isProtected || isOfApplication(file.path) ? REPLACES_UNOWNED : 'owned';
}

function judgeUnowned(file: LayerFile, before: LayerFile | undefined, facts: Facts): FileVerdict {
  const mayRelink = before === undefined || before.type === 'symlink';
  if (mayRelink && linksToClaimed(file, facts)) return 'owned';
  if (isProgram(file)) return { fault: 'is a program, and no package owns it' };
  if (before !== undefined && (isProgram(before) || isOfApplication(file.path))) {
    return REPLACES_UNOWNED;
  }
  if (facts.ownership.isBytecode(file.path)) return 'owned';
  // Python trusts compiled code, so it could be another program than its source.
  if (/\.py[co]$/.test(file.path)) {
    if (before !== undefined) {
      return { fault: 'replaces compiled code of a module that is not updated' };
    }
    if (facts.source.hasStatusFolder) {
      return { fault: 'is compiled code, but nothing in the image ran' };
    }
  }
  const interpreter = interpreterOf(file.path);
  if (interpreter !== undefined) {
    return { fault: `is run by ${interpreter}, and no package owns it` };
  }
  return 'unowned';
}

function judgeAccounts(
  file: LayerFile,
  before: LayerFile | undefined,
  { changed, complete, ownership }: Facts,
): FileVerdict {
  if (before === undefined && !complete) {
    return { fault: 'lists accounts, and the source could not be read to its end' };
  }
  if (before?.text === undefined || file.text === undefined || file.privileged) {
    return { fault: 'lists accounts, and its changes are unknown' };
  }
  if (before.uid !== file.uid || before.gid !== file.gid || gainsAccess(before, file)) {
    return { fault: 'lists accounts, and more users could read or write it' };
  }
  const isOwned = ownership.owners(file.path).some((name) => changed.has(name));
  const fault = accountFault(file.path, before.text, file.text, isOwned);
  return fault === undefined ? 'owned' : { fault };
}

/** Others could read it, or others and its group could write to it. */
function gainsAccess(before: LayerFile, after: LayerFile): boolean {
  return (after.mode & ~before.mode & 0o026) !== 0;
}

/** True for the package manager's own data, and for what scripts of changed packages generate. */
function isOfPackageManager(file: LayerFile, { changed }: Facts): boolean {
  const script = packageOfScript(file.path);
  if (script !== undefined) return changed.has(script) && !file.privileged && file.type === 'file';
  return !file.privileged && !isProgram(file) && isBookkeeping(file.path, changed);
}

/**
 * Package scripts create links to a package's own files: busybox for its commands, ldconfig for
 * sonames, and update-alternatives in chains of links.
 */
function linksToClaimed(file: LayerFile, { added, ownership }: Facts): boolean {
  let link: LayerFile | undefined = file;
  for (let hops = 0; hops < MAX_HOPS && link?.target !== undefined; hops += 1) {
    const { target } = link;
    const at: string = normalizedPath(
      target.startsWith('/') ? target : posix.join('/', posix.dirname(link.path), target),
    );
    if (ownership.claimers(at).length > 0) return true;
    if (at.startsWith(ALTERNATIVES) && !added.changed.has(at)) return true;
    link = added.changed.get(at);
  }
  return false;
}

/** A package script may write a file again as it was. */
export function isUnchanged(before: LayerFile, after: LayerFile): boolean {
  if (before.type !== after.type || before.privileged !== after.privileged) return false;
  if (before.uid !== after.uid || before.gid !== after.gid) return false;
  if (after.type === 'symlink') return before.target === after.target;
  return (
    after.content !== undefined && before.content === after.content && before.mode === after.mode
  );
}

/** Decides whether a package update explains that a file of the source is deleted. */
export function judgeDeletion(file: LayerFile, facts: Facts): FileVerdict {
  const { path } = file;
  const owners = facts.ownership.owners(path);
  if (owners.some((name) => facts.changed.has(name))) {
    // The update may have it under the other name of its path.
    if (facts.added.changed.has(path)) return 'owned';
    const mustStay = file.type === 'file' && isProgram(file) && !DOCUMENTATION.test(path);
    const [claimer] = mustStay ? facts.ownership.claimers(path) : [];
    return claimer === undefined
      ? 'owned'
      : { fault: `is deleted, but the update of ${claimer} still has it` };
  }
  const [owner] = owners;
  if (owner !== undefined && !isBookkeeping(path, facts.changed)) {
    return { fault: `is deleted, but belongs to ${owner}, which is not updated` };
  }
  const isFromOutside = isUnownedFromOutside(file, facts);
  if (isBookkeeping(path, facts.changed) && !isFromOutside) return 'owned';
  const isKept =
    isFromOutside || isProgram(file) || isOfApplication(path) || ACCOUNT_FILES.has(path);
  return isKept || powerOf(path) !== undefined
    ? { fault: 'is deleted, but belongs to no package' }
    : 'owned';
}
