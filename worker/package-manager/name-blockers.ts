import { apkBlockers, apkRemovals } from './apk-blockers.ts';
import { aptBlockers, aptRemovals } from './apt-blockers.ts';
import type { Blocker, Printed } from './blocker.ts';
import { copaBlockers } from './copa-blockers.ts';
import { rpmBlockers } from './rpm-blockers.ts';
import { type SourceFault, sourceFaults } from './source-faults.ts';

/** Failures of the image or the machine. Leaving packages out does not help. */
const NOT_ABOUT_A_PACKAGE =
  /--fix-broken|dpkg was interrupted|enough free space|No space left on device|Could not get lock|is invalid for APT::Default-Release/;

/**
 * Names the packages to be updated that caused a run to fail. It is a hint, since most of the
 * output is untrusted. If a source is unreachable, a package that is not found is not reported as
 * missing.
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

/** True if a run that names no package may succeed with fewer packages. */
export function isAboutPackages(printed: Printed): boolean {
  return !printed.programs.some((line) => NOT_ABOUT_A_PACKAGE.test(line));
}

/** Packages that the package manager removes for an update. */
export function namedRemovals(printed: Printed): readonly string[] {
  return [...new Set([...aptRemovals(printed.programs), ...apkRemovals(printed.programs)])];
}
