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

/** Even a small image of a known system lists more packages, unless its list was cut or removed. */
const FEW_PACKAGES = 10;

/** Describes a partial coverage for people. Undefined if every package is covered. */
export function describeCoverage({ covered, uncovered }: Coverage): string | undefined {
  const all = covered + uncovered;
  const partly =
    uncovered > 0
      ? `${covered} of ${all} packages are covered by advisories; other maintainers make the rest`
      : undefined;
  const few =
    all < FEW_PACKAGES
      ? `the scan found fewer than ten packages (${all}): nothing else in the image is covered`
      : undefined;
  return partly === undefined && few === undefined
    ? undefined
    : [partly, few].filter((text) => text !== undefined).join('; ');
}
