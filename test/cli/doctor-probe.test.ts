import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../lib/app.ts';
import { GroupName } from '../../lib/containers/container-groups.ts';
import { PRIVILEGED_GROUP, STANDARD_GROUP } from '../stand-ins/builder/patchwright-builder.ts';
import { ArmError } from '../world/arm/arm-error.ts';
import { skuOf } from '../world/arm/group-request.ts';
import { findingsOf, reportOf } from './support/doctor-findings.ts';
import { type DoctorWorld, startDoctorWorld } from './support/doctor-world.ts';
import { type RemoteDaemon, startRemoteDaemon } from './support/remote-daemon.ts';
import { type StorageAccount, storageAccount } from './support/storage-account.ts';

const REFUSAL = new ArmError(403, 'AuthorizationFailed', 'You may not delete.');

let here: DoctorWorld;
let account: StorageAccount;

beforeAll(async () => {
  here = await startDoctorWorld();
  account = storageAccount(here.world);
});
afterEach(async () => {
  here.world.arm.setFaults(undefined);
  here.world.arm.setRequestFaults(undefined);
  await here.allowMounts(true);
  await here.allowRunc(true);
});
afterAll(() => here.close());

async function expectNothingLeft(): Promise<void> {
  expect(here.world.arm.groups()).toEqual([]);
  expect(await account.contents()).toEqual([]);
}

describe('doctor --probe', () => {
  it('creates one group of each kind that jobs use', async () => {
    const asked: string[] = [];
    here.world.arm.setFaults(({ name, tags, request }) => {
      const container = request.properties.containers[0]?.properties;
      const privileged = container?.securityContext?.privileged === true;
      asked.push(`${skuOf(request)} ${privileged} ${container?.command?.join(' ')}`);
      expect(name).toMatch(/^pw-probe-[a-f0-9]{12}$/);
      expect(tags['managed-by']).toBe('patchwright');
      return undefined;
    });

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([]);
    expect(asked.sort()).toEqual([
      'Confidential true node --disable-sigusr1 /app/worker.cjs probe',
      'Standard false node --disable-sigusr1 /app/worker.cjs probe',
    ]);
    await expectNothingLeft();
  });

  it('names the calls that a Confidential group refuses, and ignores them in a Standard group', async () => {
    await here.allowMounts(false);

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([
      expect.stringMatching(
        /^fail probe-confidential: the group refuses what BuildKit needs; kernel \S+, user \d+, (?:no )?user namespaces, CapEff [0-9a-f]+.* \| bind-mount refused \(mount exit 32: permission denied\) \| tmpfs-mount .* \| unshare-pid .* → .*PATCHWRIGHT_BUILDER=remote/,
      ),
    ]);
    const standard = reportOf(run).checks.find(({ id }) => id === 'probe-standard');
    expect(standard?.detail).toContain('mounts are refused');
    expect(run.code).toBe(1);
    await expectNothingLeft();
  });

  it('fails a Confidential group in which mounts work but runc does not', async () => {
    await here.allowRunc(false);

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([
      expect.stringMatching(
        /^fail probe-confidential: the group refuses what BuildKit needs; kernel .* \| runc-container refused \(runc exit 32: permission denied\) → /,
      ),
    ]);
    await expectNothingLeft();
  });

  it.each([
    ['capacity', /no capacity|not available .* → .*another PATCHWRIGHT_LOCATION/],
    ['network', /ServiceAssociationLinkNotReady.* → The subnet \(PATCHWRIGHT_SUBNET_ID\)/],
    ['too-large', /413.* → Azure refuses a request of this size/],
    ['image', /InaccessibleImage.* → Check that the worker image/],
  ] as const)('shows the reason for a refused group: %s', async (reason, finding) => {
    here.world.arm.setFaults(({ request }) =>
      skuOf(request) === 'Confidential' ? { kind: 'refused', with: reason } : undefined,
    );

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([expect.stringMatching(/^fail probe-confidential: /)]);
    expect(findingsOf(run)[0]).toMatch(finding);
    await expectNothingLeft();
  });

  it('finds and deletes a group if the response to its creation was lost', async () => {
    here.world.arm.setFaults(({ request }) =>
      skuOf(request) === 'Standard' ? { kind: 'answer-lost' } : undefined,
    );

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([]);
    await expectNothingLeft();
  });

  it('fails if a group ends without a result', async () => {
    here.world.arm.setFaults(({ request }) =>
      skuOf(request) === 'Standard' ? { kind: 'ends-without-running', exitCode: 1 } : undefined,
    );

    const run = await here.doctor(['--probe']);

    expect(findingsOf(run)).toEqual([
      expect.stringMatching(/^fail probe-standard: the group gave no result: .*exit 1.* → \S/),
    ]);
    await expectNothingLeft();
  });

  it('names the group that it could not delete', async () => {
    here.world.arm.setRequestFaults(({ method }) => (method === 'DELETE' ? REFUSAL : undefined));

    const run = await here.doctor(['--probe']);

    const left = here.world.arm.groups().map(({ name }) => name);
    expect(left).toHaveLength(2);
    const findings = findingsOf(run);
    for (const [at, id] of ['probe-standard', 'probe-confidential'].entries()) {
      expect(findings[at]).toMatch(
        new RegExp(`^fail ${id}: the group (${left.join('|')}) could not be deleted`),
      );
      expect(findings[at]).toMatch(/→ Delete it: az container delete --name pw-probe-/);
    }
    here.world.arm.setRequestFaults(undefined);
    const { groups } = createApp(here.settings(), { identity: 'app' }).services;
    for (const name of left) await groups.delete(GroupName.parse(name));
  });

  it('deletes its groups and exits with 130 if interrupted', async () => {
    const stop = new AbortController();
    here.world.arm.setFaults(() => ({ kind: 'never-ends' }));
    // The first GET of a group happens while the probe waits for its result.
    here.world.arm.setRequestFaults(({ method, path }) => {
      if (method === 'GET' && path.includes('/pw-probe-')) stop.abort();
      return undefined;
    });

    const run = await here.doctor(['--probe'], {}, stop.signal);

    expect(run.code).toBe(130);
    expect(reportOf(run).interrupted).toBe(true);
    expect(reportOf(run).checks.filter(({ id }) => id.startsWith('probe-'))).toEqual([
      expect.objectContaining({ status: 'skipped' }),
      expect.objectContaining({ status: 'skipped' }),
      expect.objectContaining({ status: 'skipped' }),
      expect.objectContaining({ status: 'skipped' }),
    ]);
    await expectNothingLeft();
  });
});

describe('doctor --probe of the builder in a Standard group', () => {
  const STANDARD = { PATCHWRIGHT_BUILDER: 'standard' };
  beforeAll(() => here.printBuilderReport(STANDARD_GROUP));
  afterAll(() => here.printBuilderReport(PRIVILEGED_GROUP));

  it('shows each need with its result', async () => {
    const run = await here.doctor(['--probe'], STANDARD);

    expect(findingsOf(run)).toEqual([]);
    const probe = reportOf(run).checks.find(({ id }) => id === 'probe-builder');
    expect(probe?.detail).toBe(
      'the builder would be mount-free; mount refused (mount: EPERM), namespaces refused (clone: EPERM), cgroup refused (mkdir: EROFS), upstream refused (stat: ENOENT), chroot ok, mknod ok, linkedDeviceNodes ok, hardLink ok, renameExchange ok, fileCapability ok, subreaper ok, dropCapability ok',
    );
    await expectNothingLeft();
  });

  it('fails with the call and its error if no builder works there', async () => {
    const chroot = {
      name: 'chroot',
      call: 'chroot',
      errno: 'EPERM',
      lasting: true,
    };
    await here.printBuilderReport({
      version: 1,
      builder: 'none',
      needs: [{ ...chroot, ok: false }],
      refusals: [chroot],
    });

    const run = await here.doctor(['--probe'], STANDARD);

    expect(findingsOf(run)).toEqual([
      expect.stringMatching(
        /^fail probe-builder: no builder works; kernel .* \| chroot refused \(chroot: EPERM\) → .*confidential.*remote/,
      ),
    ]);
    await here.printBuilderReport(STANDARD_GROUP);
    await expectNothingLeft();
  });
});

describe('doctor --probe with a remote BuildKit', () => {
  let daemon: RemoteDaemon | undefined;
  afterEach(async () => {
    await daemon?.close();
    daemon = undefined;
  });

  it('connects from a Standard group with the patch worker, and starts no Confidential group', async () => {
    daemon = await startRemoteDaemon();
    const asked: string[] = [];
    here.world.arm.setFaults(({ request }) => {
      const { image = '' } = request.properties.containers[0]?.properties ?? {};
      asked.push(`${skuOf(request)} ${image.replace(/^[^/]*\//, '')}`);
      return undefined;
    });
    const settings = here.settings();

    const run = await here.doctor(['--probe'], daemon.settings);

    expect(findingsOf(run)).toEqual([]);
    const probes = reportOf(run).checks.filter(({ id }) => id.startsWith('probe-'));
    expect(probes.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'probe-standard pass',
      'probe-builder skipped',
      'probe-confidential skipped',
      'probe-remote pass',
    ]);
    expect(asked.sort()).toEqual(
      [settings.PATCHWRIGHT_SCAN_WORKER_IMAGE, settings.PATCHWRIGHT_PATCH_WORKER_IMAGE]
        .map((image) => `Standard ${image}`)
        .sort(),
    );
    expect(run.stdout + run.stderr).not.toContain('PRIVATE KEY');
    await expectNothingLeft();
  });

  it.each([
    {
      what: 'refuses the client’s certificate',
      options: {},
      settings: (started: RemoteDaemon) => started.strangersSettings(),
      detail: /localhost:\d+: (?:ERR_SSL|ECONNRESET|the server closed)/,
    },
    {
      what: 'has a certificate for another name',
      options: { names: ['elsewhere.test'] },
      settings: () => ({}),
      detail: /ERR_TLS_CERT_ALTNAME_INVALID/,
    },
    {
      what: 'does not support HTTP/2',
      options: { http2: false as const },
      settings: () => ({}),
      detail: /localhost:\d+: \S/,
    },
    {
      what: 'does not listen',
      options: {},
      settings: () => ({ BUILDKIT_ADDRESS: 'tcp://localhost:1' }),
      detail: /localhost:1: ECONNREFUSED/,
    },
  ])('fails and says why if the daemon $what', async ({ options, settings, detail }) => {
    daemon = await startRemoteDaemon(options);
    const all = { ...daemon.settings, ...(await settings(daemon)) };

    const run = await here.doctor(['--probe'], all);

    const finding = findingsOf(run).find((line) => line.includes('probe-remote'));
    expect(finding).toMatch(
      /^fail probe-remote: the group can’t use tcp:.* → .*BUILDKIT_ADDRESS.*--tlscacert/,
    );
    expect(finding).toMatch(detail);
    expect(run.stdout + run.stderr).not.toContain('PRIVATE KEY');
    await expectNothingLeft();
  });
});
