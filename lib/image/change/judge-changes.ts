import { plainText } from '../../text/plain-text.ts';
import type { LayerFile } from '../layer/layer-file.ts';
import { nameOf } from '../layer/read-layer.ts';
import { type AddedFiles, isDeleted } from './added-files.ts';
import { type Facts, type FileVerdict, judgeDeletion, judgeFile } from './judge-file.ts';
import { judgeFixed } from './judge-fixed.ts';
import { judgeFolder, linkFault } from './judge-folders.ts';
import { judgeUnread } from './judge-unread.ts';
import { Ownership } from './ownership.ts';
import { changedPackages, type Packages } from './package-facts.ts';
import type { SourceFiles } from './source-files.ts';

export type ChangesVerdict =
  | {
      readonly accepted: true;
      /** Added files that no package owns. They are plain data. */
      readonly unowned: number;
      /**
       * Files with setuid, setgid or file capabilities that the source has without. An update gives a
       * file the mode of its package, also if the source had taken that away.
       */
      readonly regained: readonly string[];
      /** Other such files, if the source was not read to its end: it may have them without. */
      readonly maybeRegained?: readonly string[];
    }
  | { readonly accepted: false; readonly detail: string };

const SHOWN = 3;
const MAX_PATH = 200;

/**
 * Accepts the added files of a patch if an update of the fixed packages explains them. The source's
 * layers and scan say who owns what; the patch's own lists count only for paths that are new.
 */
export function judgeChanges(options: {
  readonly added: AddedFiles;
  readonly source: SourceFiles;
  /** False if a layer of the source was not read to its end. */
  readonly complete: boolean;
  /** The packages of the source and of the patch, as Trivy found them. */
  readonly before: Packages;
  readonly after: Packages;
  /** Names of the packages of which a finding counts as fixed. */
  readonly fixed: ReadonlySet<string>;
}): ChangesVerdict {
  const { added, source, complete, before, after, fixed } = options;
  const changed = changedPackages(before, after);
  const ownership = new Ownership({ source, added, before, after, changed });
  const { isUnknown } = ownership;
  const facts: Facts = { added, source, ownership, changed, complete, isUnknown };

  const faults: string[] = [];
  let unowned = 0;
  const note = (path: string, verdict: FileVerdict) => {
    if (verdict === 'unowned') unowned += 1;
    else if (verdict !== 'owned') faults.push(`${plainText(path, MAX_PATH)} ${verdict.fault}`);
  };
  for (const name of added.above) {
    const fault = linkFault(name, facts);
    if (fault !== undefined) note(name, { fault });
  }
  for (const folder of added.folders.values()) note(nameOf(folder), judgeFolder(folder, facts));
  for (const file of [...added.changed.values(), ...added.twins, ...added.hidden]) {
    note(file.path, judgeFile(file, facts));
  }
  for (const file of [...source.files.values(), ...source.twins()]) {
    if (isGone(file, facts)) note(file.path, judgeDeletion(file, facts));
  }
  if (!complete) for (const [path, verdict] of judgeUnread(before, facts)) note(path, verdict);
  if (faults.length > 0) return { accepted: false, detail: shortened(faults) };
  const notFixed = judgeFixed(fixed, before, facts);
  return notFixed === undefined
    ? { accepted: true, unowned, ...regainedIn(added, source, complete) }
    : { accepted: false, detail: notFixed };
}

/** A deletion or a file under the other name of the path counts only if one folder is a link. */
function isGone(file: LayerFile, { added, source }: Facts): boolean {
  const now = added.changed.get(file.path);
  if (now !== undefined && !source.areApart(file, now)) return false;
  return isDeleted(added, file.path) ? source.isDeletedFrom(file) : now === undefined;
}

function regainedIn(
  added: AddedFiles,
  source: SourceFiles,
  complete: boolean,
): { readonly regained: readonly string[]; readonly maybeRegained?: readonly string[] } {
  const privileged = [...added.changed.values(), ...added.twins].filter((file) => file.privileged);
  const paths = [...new Set(privileged.map(({ path }) => path))].sort();
  const without = privileged.filter((file) => source.replacedBy(file)?.privileged === false);
  const lost = new Set(without.map(({ path }) => path));
  const shown = (path: string) => plainText(path, MAX_PATH);
  const maybe = complete ? [] : paths.filter((path) => !lost.has(path));
  return {
    regained: paths.filter((path) => lost.has(path)).map(shown),
    ...(maybe.length > 0 && { maybeRegained: maybe.map(shown) }),
  };
}

function shortened(faults: readonly string[]): string {
  const different = [...new Set(faults)].sort();
  const shown = different.slice(0, SHOWN).join('; ');
  return different.length > SHOWN ? `${shown}; and ${different.length - SHOWN} more` : shown;
}
