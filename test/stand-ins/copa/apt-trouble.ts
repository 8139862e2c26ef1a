/** Part of the stand-in for Copa: for tests and the demo, never shipped. */
import * as z from 'zod';
import type { ImageConfig } from '../../../lib/image/manifest.ts';

/**
 * The label of an image whose apt fails: a kind, and, if it concerns one, a package. The
 * stand-in then prints and fails like Copa 0.14.2 with apt 2.6, as long as the package is wanted.
 */
export const APT_TROUBLE_LABEL = 'io.patchwright.test.apt';

const Trouble = z.discriminatedUnion('kind', [
  /** The package is on hold. */
  z.object({ kind: z.literal('held'), package: z.string() }),
  /** No source has the fixed version of the package. */
  z.object({ kind: z.literal('lagging'), package: z.string() }),
  /** The package's new version depends on something that no source has. */
  z.object({ kind: z.literal('unmet'), package: z.string() }),
  /** The package's new version conflicts with another package. */
  z.object({ kind: z.literal('removes'), package: z.string() }),
  /** The mirror of the security fixes is down: apt continues without it. */
  z.object({ kind: z.literal('down') }),
  /** Another source is not signed. */
  z.object({ kind: z.literal('unsigned') }),
  /** The release is no longer on its mirror. */
  z.object({ kind: z.literal('gone') }),
]);
export type AptTrouble = z.infer<typeof Trouble>;

const MIRROR = 'http://security.test/debian-security';
const IN_RELEASE = `${MIRROR}/dists/bookworm-security/InRelease`;
const UPDATE = 'apt-get -o Acquire::Retries=3 update';

/** The failure in the image's label. Throws if it is unknown. */
export function troubleOf(config: ImageConfig): AptTrouble | undefined {
  const label = config.config?.Labels?.[APT_TROUBLE_LABEL];
  if (label === undefined) return undefined;
  const [kind, name] = label.split(' ');
  return Trouble.parse({ kind, package: name });
}

/** The output of apt and Copa. Without an error, the run succeeds. */
export interface TroubledRun {
  readonly apt: readonly string[];
  readonly copa: readonly string[];
  readonly error?: string;
  /** A package of the image is removed. */
  readonly removes?: true;
}

/** The course of a run that should update these packages to these versions. */
export function troubledRun(
  trouble: AptTrouble | undefined,
  wanted: ReadonlyMap<string, string>,
): TroubledRun {
  if (trouble === undefined) return { apt: [], copa: [] };
  const names = [...wanted.keys()];
  switch (trouble.kind) {
    case 'down':
      return {
        apt: [
          `W: Failed to fetch ${IN_RELEASE}  Could not connect to security.test:80 (192.0.2.1). - connect (111: Connection refused)`,
          'W: Some index files failed to download. They have been ignored, or old ones used instead.',
        ],
        ...tooOld([...wanted]),
      };
    case 'unsigned':
      return failedStep(UPDATE, [
        "E: The repository 'http://vendor.test/apt stable InRelease' is not signed.",
      ]);
    case 'gone':
      return failedStep(UPDATE, [
        `E: The repository '${MIRROR} bookworm-security Release' does not have a Release file.`,
      ]);
    default:
      return names.includes(trouble.package) ? onPackage(trouble, wanted) : { apt: [], copa: [] };
  }
}

function onPackage(
  trouble: Extract<AptTrouble, { package: string }>,
  wanted: ReadonlyMap<string, string>,
): TroubledRun {
  const { kind, package: name } = trouble;
  const install = `sh -c \\"apt-get -o Acquire::Retries=3 install --no-install-recommends -y ${[...wanted.keys()].join(' ')} && apt-get clean -y\\"`;
  switch (kind) {
    case 'held':
      return failedStep(install, [
        'The following held packages will be changed:',
        `  ${name}`,
        'E: Held packages were changed and -y was used without --allow-change-held-packages.',
      ]);
    case 'unmet':
      return failedStep(install, [
        'The following packages have unmet dependencies:',
        ` ${name} : Depends: libnone (>= 2) but it is not installable`,
        'E: Unable to correct problems, you have held broken packages.',
      ]);
    case 'lagging':
      return { apt: [], ...tooOld([[name, wanted.get(name) ?? '']]) };
    case 'removes':
      return {
        apt: ['The following packages will be REMOVED:', '  company-agent'],
        copa: [],
        removes: true,
      };
    default:
      return kind satisfies never;
  }
}

function failedStep(command: string, apt: readonly string[]): TroubledRun {
  const error = `failed to solve: process "${command}" did not complete successfully: exit code: 100`;
  return { apt, copa: [], error };
}

/** Copa compares the installed versions with the wanted ones at the end. */
function tooOld(wanted: readonly (readonly [string, string])[]) {
  const copa = wanted.map(
    ([name, version]) =>
      `downloaded package ${name} version 0 lower than required ${version} for update`,
  );
  const error = [`${copa.length} error occurred:`, ...copa.map((line) => `\t* ${line}`)].join('\n');
  return { copa, error };
}
