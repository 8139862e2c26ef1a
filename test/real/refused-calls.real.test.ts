import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Digest } from '../../lib/image/digest.ts';
import { RepositoryName } from '../../lib/image/reference.ts';
import { reportOf } from '../cli/support/doctor-findings.ts';
import { runToExit } from './process/run-process.ts';
import { IMAGES, type Scene, startScene } from './scene.ts';

/** Both need a patch, and each has a group of its own. */
const PATCHABLE = [IMAGES.outdated, IMAGES.unpatchable] as const;
const COMMAND_LINE = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const ONE_IMAGE_A_GROUP = { PATCHWRIGHT_PATCH_BATCH: '1' };

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(PATCHABLE, { settings: ONE_IMAGE_A_GROUP });
});

afterAll(() => scene?.close());

function patchGroups(): number {
  return scene.groups.filter(({ kind }) => kind === 'patch').length;
}

/** Runs `patchwright doctor --probe`, in a process of its own. Returns the details of two checks. */
async function doctor(): Promise<{ readonly run: string; readonly probe: string }> {
  const ended = await runToExit({
    command: process.execPath,
    args: [COMMAND_LINE, 'doctor', '--probe', '--output', 'json'],
    env: { PATH: process.env.PATH, ...scene.world.appEnvironment() },
    timeoutMs: 15 * 60_000,
  });
  const { checks } = reportOf({ code: ended.exitCode, ...ended });
  const detail = (id: string) => {
    const found = checks.find((check) => check.id === id);
    return [found?.detail, ...(found?.faults ?? [])].join('; ');
  };
  return { run: detail('builder'), probe: detail('probe-builder') };
}

describe('a Standard group that refuses a call', () => {
  it.each([
    ['chroot(2)', { deny: ['chroot'] }, 'chroot', ['chroot', 'EPERM']],
    ['hard links', { deny: ['link'] }, 'hardLink', ['link', 'EPERM']],
    ['security.capability', { deny: ['setxattr'] }, 'fileCapability', ['setxattr', 'EPERM']],
    [
      'both ways to device nodes',
      { deny: ['mknod'], deviceNodes: false },
      'mknod',
      ['mknod', 'EPERM'],
    ],
  ] as const)(
    'starts one patch group and charges no image without %s',
    async (_what, rules, name, [call, errno]) => {
      scene.restrict(rules);
      const groupsBefore = patchGroups();

      const { run, target } = await scene.finished(await scene.startRun());

      const named = `${name} (${call}: ${errno})`;
      expect(patchGroups()).toBe(groupsBefore + 1);
      expect(run).toMatchObject({ builderCall: call, builderErrno: errno, patched: 0, failed: 3 });
      expect(run.builderDetail).toContain(named);
      for (const repository of PATCHABLE) {
        const ended = target(`${repository}:12`);
        expect(ended).toMatchObject({ state: 'failed', reason: 'no-builder', attempts: 0 });
        expect(ended.detail).toContain(named);
        const image = { repository: RepositoryName.parse(repository), digest: digestOf(ended) };
        expect(await scene.inventory.findImage(image)).toMatchObject({ failures: 0 });
      }
      const found = await doctor();
      expect(found.run).toContain(named);
      expect(found.probe).toContain(`${name} refused (${call}: ${errno})`);
    },
  );

  it('patches these images in the next run, with the device nodes of the worker image instead of mknod(2)', async () => {
    scene.restrict({ deny: ['mknod'] });

    const { target } = await scene.finished(await scene.startRun());

    expect(target(`${IMAGES.outdated}:12`)).toMatchObject({
      ...{ state: 'patched', builder: 'mount-free', patchTag: '12-1' },
      ...{ afterCritical: 0, afterHigh: 0, afterMedium: 0, afterLow: 0, afterUnknown: 0 },
    });
    expect(target(`${IMAGES.unpatchable}:12`)).toMatchObject({
      state: 'skipped',
      reason: 'no-op-patch',
    });
    expect((await doctor()).probe).toMatch(/mount-free; .*mknod refused \(mknod: EPERM\)/);
  });
});

function digestOf({ sourceDigest }: { readonly sourceDigest?: string | undefined }) {
  return Digest.parse(sourceDigest);
}
