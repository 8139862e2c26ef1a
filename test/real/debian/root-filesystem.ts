import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ProcessResult, runProcess } from '../process/run-process.ts';
import { proxyOf } from './apt-settings.ts';
import { type DebianMirrors, sourcesList } from './mirrors.ts';
import { debianRelease } from './release.ts';

/** Small packages that get fixes often. */
const extraPackages = ['openssl', 'curl', 'ca-certificates'] as const;
const caBundle = '/etc/ssl/certs/ca-certificates.crt';

/** Change it if a change of this code, not of Debian, makes roots differ. */
export const rootRecipe = JSON.stringify(['minbase', extraPackages, 'sources and settings, 1']);

export interface RootOptions {
  /** Absolute path; must not exist. */
  readonly folder: string;
  readonly mirrors: DebianMirrors;
  readonly aptSettings: string;
  /** Beside the minimal ones. */
  readonly packages?: readonly string[];
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Makes a minimal Debian of its last point release. It lacks later security fixes, but its apt can
 * install them, so that it is outdated like an image that was not rebuilt.
 */
export async function makeRoot(options: RootOptions): Promise<void> {
  const proxy = proxyOf(options.aptSettings);
  await runProcess({
    command: 'debootstrap',
    args: [
      '--variant=minbase',
      `--include=${(options.packages ?? extraPackages).join(',')}`,
      debianRelease.codename,
      options.folder,
      options.mirrors.main,
    ],
    env: {
      ...process.env,
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      ...(proxy && { http_proxy: proxy }),
    },
    timeoutMs: 60 * 60_000,
    onLine: options.onLine,
    ...(options.signal && { signal: options.signal }),
  });
  await writeFile(join(options.folder, 'etc/apt/sources.list'), sourcesList(options.mirrors));
  if (options.aptSettings !== '') {
    const settings = join(options.folder, 'etc/apt/apt.conf.d/99mirror');
    await writeFile(settings, options.aptSettings);
  }
  if (Object.values(options.mirrors).some((mirror) => mirror.startsWith('https:'))) {
    // A mirror may have a certificate of an authority that only this machine trusts.
    await cp(caBundle, join(options.folder, caBundle), { dereference: true });
  }
}

/** Runs a program of the root in it, with the machine's network. */
export function inRoot(
  folder: string,
  command: readonly string[],
  onLine: (line: string) => void = () => undefined,
): Promise<ProcessResult> {
  return runProcess({
    command: 'chroot',
    args: [folder, ...command],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
      LC_ALL: 'C.UTF-8',
      DEBIAN_FRONTEND: 'noninteractive',
    },
    timeoutMs: 15 * 60_000,
    onLine,
  });
}

/** Copies a root, including hard links and owners. */
export async function copyRoot(from: string, to: string): Promise<void> {
  await runProcess({ command: 'cp', args: ['-a', from, to], timeoutMs: 10 * 60_000 });
}

/** Removes files of the build and of this machine that do not belong in the image. */
export async function tidyRoot(folder: string): Promise<void> {
  for (const path of ['etc/resolv.conf', 'etc/hostname', 'var/log/bootstrap.log']) {
    await rm(join(folder, path), { force: true });
  }
  for (const path of ['var/cache/apt', 'var/lib/apt/lists', 'tmp']) {
    await rm(join(folder, path), { recursive: true, force: true });
    await mkdir(join(folder, path), { recursive: true, mode: path === 'tmp' ? 0o1777 : 0o755 });
  }
  await runProcess({ command: 'chmod', args: ['1777', join(folder, 'tmp')], timeoutMs: 10_000 });
}
