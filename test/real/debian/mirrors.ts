import { runProcess } from '../process/run-process.ts';
import { debianRelease } from './release.ts';

/** Addresses of the two archives, without a slash at the end. */
export interface DebianMirrors {
  readonly main: string;
  readonly security: string;
}

/** The machine's own apt names no Debian mirror, so that none can be derived. */
class NoDebianMirror extends Error {
  constructor() {
    super(
      'No Debian mirror is named in the configuration of apt on this machine. Set ' +
        'PATCHWRIGHT_DEBIAN_MIRROR and PATCHWRIGHT_DEBIAN_SECURITY_MIRROR to the addresses of the ' +
        'archives "debian" and "debian-security".',
    );
    this.name = 'NoDebianMirror';
  }
}

/** Returns the mirrors that the environment names, or else those of this machine's apt. */
export async function findMirrors(env: NodeJS.ProcessEnv = process.env): Promise<DebianMirrors> {
  const main = env.PATCHWRIGHT_DEBIAN_MIRROR;
  const security = env.PATCHWRIGHT_DEBIAN_SECURITY_MIRROR;
  if (main && security) {
    return { main: withoutSlash(main), security: withoutSlash(security) };
  }
  const { stdout } = await runProcess({
    command: 'apt-get',
    args: ['indextargets', '--format', '$(REPO_URI) $(RELEASE)', 'Created-By: Packages'],
    env,
    timeoutMs: 60_000,
  });
  const derived = deriveMirrors(stdout);
  if (derived === undefined) {
    throw new NoDebianMirror();
  }
  return derived;
}

/**
 * Finds the mirrors in the output of `apt-get indextargets`, one `ADDRESS SUITE` on a line. Another
 * release of Debian is fine, because all releases are under the same two addresses.
 */
export function deriveMirrors(indexTargets: string): DebianMirrors | undefined {
  const sources = indexTargets
    .split('\n')
    .map((line) => line.trim().split(' '))
    .flatMap(([address, suite]) => (address && suite ? [{ address, suite }] : []));
  const security =
    sources.find(({ suite }) => suite === debianRelease.securitySuite) ??
    sources.find(({ suite }) => suite.endsWith('-security'));
  const main =
    sources.find(({ suite }) => suite === debianRelease.codename) ??
    sources.find(({ suite }) => security?.suite === `${suite}-security`);
  if (main === undefined || security === undefined) {
    return undefined;
  }
  return { main: withoutSlash(main.address), security: withoutSlash(security.address) };
}

/** Returns the image's `sources.list`: the release with its updates and security fixes. */
export function sourcesList(mirrors: DebianMirrors): string {
  return [
    `deb ${mirrors.main} ${debianRelease.codename} main`,
    `deb ${mirrors.main} ${debianRelease.updatesSuite} main`,
    `deb ${mirrors.security} ${debianRelease.securitySuite} main`,
    '',
  ].join('\n');
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
