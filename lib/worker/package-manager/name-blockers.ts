import { apkBlockers, apkRemovals } from './apk-blockers.ts';
import { aptBlockers, aptRemovals } from './apt-blockers.ts';
import type { Blocker, Printed } from './blocker.ts';
import { copaBlockers } from './copa-blockers.ts';
import { rpmBlockers } from './rpm-blockers.ts';
import { type SourceFault, sourceFaults } from './source-faults.ts';

/** A line that no choice of packages avoids: the image or the machine is to be mended first. */
const NOT_ABOUT_A_PACKAGE =
  /--fix-broken|dpkg was interrupted|enough free space|No space left on device|Could not get lock/;

/**
 * Which of the wanted packages a failed run failed on: a hint, since programs of the image print
 * most of it. A package that the sources lack while one of them is down is not called missing.
 */
export function nameBlockers(printed: Printed, wanted: ReadonlySet<string>): readonly Blocker[] {
  if (printed.programs.some((line) => NOT_ABOUT_A_PACKAGE.test(line))) return [];
  const down = sourceFaults(printed.programs).find(({ kind }) => kind === 'unreachable');
  const blockers = new Map<string, Blocker>();
  for (const blocker of [
    ...copaBlockers(printed.copa),
    ...aptBlockers(printed.programs, wanted),
    ...apkBlockers(printed.programs, wanted),
    ...rpmBlockers(printed.programs),
  ]) {
    const known = blockers.get(blocker.package);
    if (!wanted.has(blocker.package) || known?.reason === 'held') continue;
    if (known === undefined || blocker.reason === 'held') {
      blockers.set(blocker.package, whileDown(blocker, down));
    }
  }
  return [...blockers.values()];
}

function whileDown(blocker: Blocker, down: SourceFault | undefined): Blocker {
  if (down === undefined || blocker.reason !== 'not-in-repository') return blocker;
  const detail = `${down.url}: ${down.cause}`;
  return { package: blocker.package, reason: 'source-unreachable', detail };
}

/** Whether leaving packages out could help a run that names none. */
export function isAboutPackages(printed: Printed): boolean {
  return !printed.programs.some((line) => NOT_ABOUT_A_PACKAGE.test(line));
}

/** What the package manager takes out of the image to make room for an update. */
export function namedRemovals(printed: Printed): readonly string[] {
  return [...new Set([...aptRemovals(printed.programs), ...apkRemovals(printed.programs)])];
}
