import type { TarEntry } from '../layer/layer-samples.ts';
import { type ChangeScene, fresh, judgeScene, listOf, old } from './change-scene.ts';

export const LIBRARY = 'usr/lib/x86_64-linux-gnu/libssl.so.3';
export const SSL = [
  LIBRARY,
  'usr/lib/ssl/openssl.cnf',
  'etc/cron.d/ssl',
  'usr/lib/ssl/x.py',
  'usr/bin/c_rehash',
];
export const SOURCE: readonly TarEntry[] = [
  listOf('libssl3:amd64', SSL),
  listOf('bash', ['bin/bash', 'etc/bash.bashrc']),
  listOf('mount', ['bin/mount']),
  ...SSL.map((name) => old(name)),
  old('bin/bash', { mode: 0o755 }),
  old('bin/mount', { mode: 0o4755 }),
  old('etc/bash.bashrc'),
  old('app/server', { mode: 0o755 }),
  old('app/page.html'),
  old('usr/local/bin/tool', { mode: 0o755 }),
  old('etc/passwd', { text: 'root:x:0:0::/root:/bin/bash\n' }),
  old('var/lib/thing/cache'),
];
export const PACKAGES = {
  libssl3: { before: '1.0', after: '1.1' },
  mount: { before: '1.0', after: '1.1' },
  bash: { before: '5', after: '5' },
};
/** A real update of the library, and of `mount`. */
export const UPDATE = [
  listOf('libssl3:amd64', SSL),
  listOf('mount', ['bin/mount']),
  fresh(LIBRARY),
];

/** Judges the update with these entries in addition. */
export function judgeUpdate(added: readonly TarEntry[], more: Partial<ChangeScene> = {}) {
  return judgeScene({
    source: [SOURCE],
    added: [...UPDATE, ...added],
    packages: PACKAGES,
    fixed: ['libssl3'],
    ...more,
  });
}
