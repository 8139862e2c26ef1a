import { readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that a program of this container needs in another container. */
const SYSTEM_FOLDERS = ['bin', 'lib', 'lib64', 'usr'] as const;

interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

const NO_PROGRAMS = ['nosuid', 'noexec', 'nodev'] as const;
const IN_MEMORY = { type: 'tmpfs', source: 'tmpfs' } as const;
/** Sources: containerd 2.2.1 `pkg/oci/mounts.go`, BuildKit 0.34.2 `executor/oci/spec_linux.go`. */
const MOUNTS: readonly Mount[] = [
  { destination: '/proc', type: 'proc', source: 'proc', options: NO_PROGRAMS },
  { destination: '/dev', ...IN_MEMORY, options: ['nosuid', 'strictatime', 'mode=755'] },
  {
    destination: '/dev/pts',
    type: 'devpts',
    source: 'devpts',
    options: ['nosuid', 'noexec', 'newinstance', 'ptmxmode=0666', 'mode=0620'],
  },
  { destination: '/dev/shm', ...IN_MEMORY, options: [...NO_PROGRAMS, 'mode=1777'] },
  { destination: '/dev/mqueue', type: 'mqueue', source: 'mqueue', options: NO_PROGRAMS },
  { destination: '/sys', type: 'sysfs', source: 'sysfs', options: [...NO_PROGRAMS, 'ro'] },
  {
    destination: '/sys/fs/cgroup',
    type: 'cgroup',
    source: 'cgroup',
    options: [...NO_PROGRAMS, 'ro'],
  },
];

/**
 * Writes an OCI bundle that runs `true` in the folder's `rootfs`. It mounts this container's own
 * programs, read-only. It has a seccomp filter and a device rule, as BuildKit's steps do.
 */
export async function writeBundle(folder: string, name: string): Promise<void> {
  const hasCgroupNamespace = await exists('/proc/self/ns/cgroup');
  const namespaces = ['pid', 'ipc', 'uts', 'mount', ...(hasCgroupNamespace ? ['cgroup'] : [])];
  const config = {
    ociVersion: '1.0.2',
    root: { path: 'rootfs' },
    hostname: 'probe',
    process: {
      args: ['/bin/true'],
      cwd: '/',
      env: ['PATH=/usr/bin:/bin'],
      user: { uid: 0, gid: 0 },
      noNewPrivileges: true,
    },
    mounts: [...MOUNTS, ...(await systemFolders(join(folder, 'rootfs')))],
    linux: {
      cgroupsPath: `/${name}`,
      resources: { devices: [{ allow: false, access: 'rwm' }] },
      namespaces: namespaces.map((type) => ({ type })),
      seccomp: {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['acct'], action: 'SCMP_ACT_ERRNO' }],
      },
      maskedPaths: ['/proc/kcore', '/proc/keys'],
      readonlyPaths: ['/proc/sys', '/proc/sysrq-trigger'],
    },
  };
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
}

/** Mounts folders and recreates links, such as Debian's `/bin` to `usr/bin`. */
async function systemFolders(rootfs: string): Promise<readonly Mount[]> {
  const mounts: Mount[] = [];
  for (const name of SYSTEM_FOLDERS) {
    const path = `/${name}`;
    const link = await readlink(path).catch(() => undefined);
    if (link !== undefined) {
      await symlink(link, join(rootfs, name));
    } else if (await exists(path)) {
      mounts.push({ destination: path, type: 'none', source: path, options: ['rbind', 'ro'] });
    }
  }
  return mounts;
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
