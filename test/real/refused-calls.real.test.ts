import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Digest } from '../../lib/image/digest.ts';
import { RepositoryName } from '../../lib/image/reference.ts';
import { reportOf } from '../cli/support/doctor-findings.ts';
import { runToExit } from './process/run-process.ts';
import { IMAGES, type Scene, type SceneOptions, startScene } from './scene.ts';

/** Both need a patch, and each has a group of its own. */
const PATCHABLE = [IMAGES.outdated, IMAGES.unpatchable] as const;
const COMMAND_LINE = fileURLToPath(new URL('../../dist/cli.cjs', import.meta.url));
const ONE_IMAGE_A_GROUP = { PATCHWRIGHT_PATCH_BATCH: '1' };

let scene: Scene | undefined;

afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

async function startWith(cage: SceneOptions['cage']): Promise<Scene> {
  scene = await startScene(PATCHABLE, { settings: ONE_IMAGE_A_GROUP, ...(cage && { cage }) });
  return scene;
}

function patchGroups({ groups }: Scene): number {
  return groups.filter(({ kind }) => kind === 'patch').length;
}

/** Runs `patchwright doctor --probe`, in a process of its own. Returns the details of two checks. */
async function doctorIn({
  world,
}: Scene): Promise<{ readonly run: string; readonly probe: string }> {
  const ended = await runToExit({
    command: process.execPath,
    args: [COMMAND_LINE, 'doctor', '--probe', '--output', 'json'],
    env: { PATH: process.env.PATH, ...world.appEnvironment() },
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
  it('patches with the device nodes of the worker image if mknod(2) is refused', async () => {
    const started = await startWith({ deny: ['mknod'] });

    const { target } = await started.finished(await started.startRun());

    expect(target(`${IMAGES.outdated}:12`)).toMatchObject({
      ...{ state: 'patched', builder: 'mount-free', patchTag: '12-1' },
      ...{ afterCritical: 0, afterHigh: 0, afterMedium: 0, afterLow: 0, afterUnknown: 0 },
    });
    expect(target(`${IMAGES.unpatchable}:12`)).toMatchObject({
      state: 'skipped',
      reason: 'no-op-patch',
    });
    expect((await doctorIn(started)).probe).toMatch(/mount-free; .*mknod refused \(mknod: EPERM\)/);
  });

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
    async (_what, cage, name, [call, errno]) => {
      const started = await startWith(cage);

      const { run, target } = await started.finished(await started.startRun());

      const named = `${name} (${call}: ${errno})`;
      expect(patchGroups(started)).toBe(1);
      expect(run).toMatchObject({ builderCall: call, builderErrno: errno, patched: 0, failed: 3 });
      expect(run.builderDetail).toContain(named);
      for (const repository of PATCHABLE) {
        const ended = target(`${repository}:12`);
        expect(ended).toMatchObject({ state: 'failed', reason: 'no-builder', attempts: 0 });
        expect(ended.detail).toContain(named);
        const image = { repository: RepositoryName.parse(repository), digest: digestOf(ended) };
        expect(await started.inventory.findImage(image)).toMatchObject({ failures: 0 });
      }
      const doctor = await doctorIn(started);
      expect(doctor.run).toContain(named);
      expect(doctor.probe).toContain(`${name} refused (${call}: ${errno})`);
    },
  );
});

function digestOf({ sourceDigest }: { readonly sourceDigest?: string | undefined }) {
  return Digest.parse(sourceDigest);
}
