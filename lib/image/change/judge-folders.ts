import { type LayerEntry, nameOf } from '../layer/read-layer.ts';
import { type Facts, type FileVerdict, judgeDeletion } from './judge-file.ts';
import { DOCUMENTATION, holdsPrograms, powerOf } from './path-rules.ts';

const WRITE = 0o022;
const OTHERS = 0o002;
const STICKY = 0o1000;

/**
 * Says why the path above an added entry is no folder; undefined if it is one. A runtime follows a
 * link there, so the entry would change a file with another path than the one that is judged.
 */
export function linkFault(name: string, { added, source }: Facts): string | undefined {
  if (added.names.has(name)) return 'is no folder in the patch, but has entries below it';
  const before = source.nodes.get(name);
  if (before === undefined || before.type === 'folder' || added.made.has(name)) return undefined;
  return 'is no folder in the source, but has entries below it';
}

/** Decides whether a package update explains a folder entry. */
export function judgeFolder(folder: LayerEntry, facts: Facts): FileVerdict {
  const before = facts.source.nodes.get(nameOf(folder));
  if (before === undefined) return 'owned';
  if (before.type === 'symlink' || (before.type !== 'folder' && DOCUMENTATION.test(before.path))) {
    return judgeDeletion(before, facts);
  }
  if (before.type !== 'folder') return { fault: 'is a folder in place of a file of the source' };
  if (isOfChangedAlone(folder, facts)) return 'owned';
  if (before.uid !== folder.uid || before.gid !== folder.gid) {
    return { fault: 'is a folder whose owner changes' };
  }
  return isOpener(before.mode, folder.mode)
    ? { fault: 'is a folder that more users could write to' }
    : 'owned';
}

/** An update may change a folder that no other package shares, but none that the system relies on. */
function isOfChangedAlone({ path, mode }: LayerEntry, { ownership, changed }: Facts): boolean {
  const isShared = !path.includes('/') || holdsPrograms(path) || powerOf(`${path}/`) !== undefined;
  if (isShared || ((mode & OTHERS) !== 0 && (mode & STICKY) === 0)) return false;
  const owners = ownership.owners(path);
  return owners.length > 0 && owners.every((name) => changed.has(name));
}

function isOpener(before: number, after: number): boolean {
  if ((after & ~before & WRITE) !== 0) return true;
  return (after & WRITE) !== 0 && (before & STICKY) !== 0 && (after & STICKY) === 0;
}
