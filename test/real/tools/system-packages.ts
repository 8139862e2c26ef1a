import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { runProcess } from '../process/run-process.ts';
import type { Progress } from '../progress.ts';

/** A system program that the real run needs, and its Debian package. */
export interface SystemProgram {
  readonly program: string;
  readonly debianPackage: string;
  readonly purpose: string;
}

const systemPrograms: readonly SystemProgram[] = [
  { program: 'runc', debianPackage: 'runc', purpose: 'runs the steps of a patch for BuildKit' },
  { program: 'debootstrap', debianPackage: 'debootstrap', purpose: 'makes the Debian images' },
  { program: 'skopeo', debianPackage: 'skopeo', purpose: 'copies images to and from a registry' },
  { program: 'patch', debianPackage: 'patch', purpose: 'changes some lines of BuildKit and Copa' },
  { program: 'tar', debianPackage: 'tar', purpose: 'packs the layers' },
  { program: 'chroot', debianPackage: 'coreutils', purpose: 'asks the image for its updates' },
];

/** Folders of root's programs, which a user's PATH often lacks. */
const alsoSearched = ['/usr/sbin', '/sbin', '/usr/local/sbin'];

/** Returns the absolute path of a program, or undefined if it is not installed. */
export async function findProgram(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string | undefined> {
  for (const folder of [...(env.PATH ?? '').split(delimiter), ...alsoSearched]) {
    const path = join(folder, name);
    if (folder !== '' && (await isExecutable(path))) {
      return path;
    }
  }
  return undefined;
}

export async function missingPrograms(
  env: NodeJS.ProcessEnv = process.env,
): Promise<readonly SystemProgram[]> {
  const found = await Promise.all(systemPrograms.map(({ program }) => findProgram(program, env)));
  return systemPrograms.filter((_, index) => found[index] === undefined);
}

export type InstallOutcome =
  | { readonly outcome: 'complete' }
  | { readonly outcome: 'installed'; readonly packages: readonly string[] }
  | { readonly outcome: 'not-possible'; readonly reason: string; readonly command: string };

/**
 * Installs the Debian packages of missing programs. Without root or apt it changes nothing and prints
 * the command to run.
 */
export async function installSystemPackages(progress: Progress): Promise<InstallOutcome> {
  const packages = [...new Set((await missingPrograms()).map((item) => item.debianPackage))];
  if (packages.length === 0) {
    return { outcome: 'complete' };
  }
  const aptGet = await findProgram('apt-get');
  const command = installCommand(packages);
  if (process.getuid?.() !== 0 || aptGet === undefined) {
    const reason = aptGet === undefined ? 'there is no apt-get here' : 'it takes root';
    return { outcome: 'not-possible', reason, command };
  }
  const step = progress.step(`Debian packages ${packages.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    runProcess({ command: aptGet, args, env, timeoutMs: 15 * 60_000, onLine: step.update });
  try {
    await apt('update');
    await apt('install', '-y', '--no-install-recommends', ...packages);
  } catch (error) {
    step.failed('not installed');
    throw error;
  }
  step.done('installed');
  return { outcome: 'installed', packages };
}

export function installCommand(packages: readonly string[]): string {
  return `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
