import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { prepareTools } from '../prepare.ts';
import { stderrProgress } from '../progress.ts';
import type { RealTools } from '../tools/find-real-tools.ts';
import { type CageOptions, runInCage } from './cage.ts';
import { makeDeviceNodes } from './device-nodes.ts';

const Need = z.object({
  name: z.string(),
  ok: z.boolean(),
  call: z.string().optional(),
  errno: z.string().optional(),
  lasting: z.boolean().optional(),
});
const ProbeReport = z.strictObject({
  version: z.literal(1),
  builder: z.enum(['upstream', 'mount-free', 'none']),
  deviceNodes: z.enum(['mknod', 'links']).optional(),
  needs: z.array(Need),
  refusals: z.array(Need),
});
type ProbeReport = z.infer<typeof ProbeReport>;

let tools: RealTools;
let devices: string;

beforeAll(async () => {
  tools = await prepareTools(stderrProgress());
  devices = await mkdtemp(join(tmpdir(), 'patchwright-devices-'));
  await makeDeviceNodes(devices);
});

afterAll(() => rm(devices, { recursive: true }));

async function probe(
  taken: Pick<CageOptions, 'deny' | 'drop' | 'noNewPrivileges'>,
  nodes = devices,
): Promise<ProbeReport> {
  const command = tools.programs['patchwright-builder'];
  const { stdout } = await runInCage({
    runc: tools.runc,
    command: [command, 'probe', '--root', '/var/lib/patchwright', '--devices', nodes],
    timeoutMs: 60_000,
    ...taken,
  });
  return ProbeReport.parse(JSON.parse(stdout));
}

describe('the probe in a cage like a Standard container group', () => {
  it.each([
    ['nothing', {}, 'mknod'],
    ['nothing, but with new privileges allowed', { noNewPrivileges: false }, 'mknod'],
    ['mknod(2)', { deny: ['mknod'] }, 'links'],
    ['CAP_MKNOD', { drop: ['MKNOD'] }, 'links'],
  ] as const)('chooses the mount-free builder if the cage refuses %s', async (_, taken, nodes) => {
    expect(await probe(taken)).toMatchObject({
      builder: 'mount-free',
      deviceNodes: nodes,
      refusals: [],
    });
  });

  it.each([
    ['chroot', { deny: ['chroot'] }, [['chroot', 'chroot']]],
    ['CAP_SYS_CHROOT', { drop: ['SYS_CHROOT'] }, [['chroot', 'chroot']]],
    ['hard links', { deny: ['link'] }, [['hardLink', 'link']]],
    ['renameat2', { deny: ['renameat2'] }, [['renameExchange', 'renameat2']]],
    ['file capabilities', { deny: ['setxattr'] }, [['fileCapability', 'setxattr']]],
    ['CAP_SETFCAP', { drop: ['SETFCAP'] }, [['fileCapability', 'setxattr']]],
  ] as const)(
    'chooses no builder if the cage refuses %s, and names the call',
    async (_, taken, refused) => {
      const { builder, refusals } = await probe(taken);

      expect(builder).toBe('none');
      expect(refusals).toEqual(
        refused.map(([name, call]) => ({ name, ok: false, call, errno: 'EPERM', lasting: true })),
      );
    },
  );

  it('chooses no builder if neither way to device nodes works', async () => {
    const { builder, refusals } = await probe({ deny: ['mknod'] }, '/nowhere');

    expect(builder).toBe('none');
    expect(refusals.map(({ name, call, errno }) => [name, call, errno])).toEqual([
      ['mknod', 'mknod', 'EPERM'],
      ['linkedDeviceNodes', 'stat', 'ENOENT'],
    ]);
  });
});
