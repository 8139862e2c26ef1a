import type { Scan } from './finding.ts';

/** How many of an image's packages the advisories cover. */
export interface Coverage {
  readonly covered: number;
  /** Packages of other maintainers, such as Microsoft or NodeSource: nobody matched them. */
  readonly uncovered: number;
}

export function coverageOf({ packages }: Pick<Scan, 'packages'>): Coverage {
  const uncovered = packages.filter(({ thirdParty }) => thirdParty === true).length;
  return { covered: packages.length - uncovered, uncovered };
}

/** Describes a partial coverage for people. Undefined if every package is covered. */
export function describeCoverage({ covered, uncovered }: Coverage): string | undefined {
  if (uncovered === 0) return undefined;
  const all = covered + uncovered;
  return `${covered} of ${all} packages are covered by advisories; other maintainers make the rest`;
}
