import { mkdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { writeBundle } from '../../../../worker/probe/runc-bundle.ts';
import { setUpWorker } from '../support/worker-setup.ts';

async function bundle() {
  const { base } = await setUpWorker();
  const rootfs = join(base, 'rootfs');
  await mkdir(rootfs);
  await writeBundle(base, 'the-name');
  const config = JSON.parse(await readFile(join(base, 'config.json'), 'utf8'));
  return { config, rootfs };
}

it('runs a program without more rights in namespaces and a cgroup of its own', async () => {
  const { config } = await bundle();

  expect(config.process).toMatchObject({ args: ['/bin/true'], noNewPrivileges: true });
  expect(config.linux).toMatchObject({
    cgroupsPath: '/the-name',
    resources: { devices: [{ allow: false, access: 'rwm' }] },
  });
  const namespaces = config.linux.namespaces.map(({ type }: { type: string }) => type);
  expect(namespaces).toEqual(expect.arrayContaining(['pid', 'ipc', 'uts', 'mount']));
  expect(namespaces).not.toContain('network');
});

it('has the programs of this container, read-only, each as a mount or as the same link', async () => {
  const { config, rootfs } = await bundle();

  for (const name of ['bin', 'lib', 'usr']) {
    const mount = config.mounts.find(
      ({ destination }: { destination: string }) => destination === `/${name}`,
    );
    const link = await readlink(`/${name}`).catch(() => undefined);
    if (link === undefined) expect(mount).toMatchObject({ options: ['rbind', 'ro'] });
    else {
      expect(mount).toBeUndefined();
      expect(await readlink(join(rootfs, name))).toBe(link);
    }
  }
});
