import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { probeChecks } from '../../../../lib/cli/doctor/probe-checks.ts';
import type { GroupSpec } from '../../../../lib/containers/container-groups.ts';
import type { ProbeResult } from '../../../../lib/job/probe-result.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { PLAIN_COURSE } from '../../../fakes/containers/group-course.ts';
import {
  PRIVILEGED_GROUP,
  STANDARD_GROUP,
} from '../../../stand-ins/builder/patchwright-builder.ts';
import { CheckSetup } from '../../doctor/check-setup.ts';
import { aProbeResult, GIB } from './probe-samples.ts';

const JobFile = z.object({ resultUrl: z.string() });
const REMOTE = {
  kind: 'remote',
  address: 'tcp://buildkit.internal:1234',
  tls: { ca: '', cert: '', key: '' },
} as const;

/** Runs the check against a group that gives this result. */
async function outcomeOf(
  id: string,
  result: ProbeResult,
  builder: PipelineOptions['builder'] = { kind: 'standard' },
) {
  const setup = new CheckSetup({ pipeline: { builder } });
  const specs: GroupSpec[] = [];
  setup.world.groups.decide = (spec) => {
    specs.push(spec);
    return {
      ...PLAIN_COURSE,
      work: async (_, container) => {
        const { resultUrl } = JobFile.parse(JSON.parse(container.secretFiles['job.json'] ?? ''));
        await setup.world.blobs.putThrough(resultUrl, Buffer.from(JSON.stringify(result)));
      },
    };
  };
  return { outcome: await setup.run(probeChecks, id), spec: specs[0], setup };
}

describe('the probe of a Standard group', () => {
  it('passes with what it found', async () => {
    const { outcome, spec } = await outcomeOf('probe-standard', aProbeResult());

    expect(spec).toMatchObject({ sku: 'Standard', privileged: false });
    expect(outcome).toEqual({
      status: 'pass',
      detail: expect.stringMatching(
        /^created, ran and deleted; mounts work; trivy 0\.74\.0, .*; 20\.0 GiB free$/,
      ),
    });
  });

  it('passes without mounts, which a scan does not need', async () => {
    const result = aProbeResult({}, ['overlay-mount']);

    expect((await outcomeOf('probe-standard', result)).outcome).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('mounts are refused'),
    });
  });

  it.each<readonly [string, Partial<ProbeResult>, string, string]>([
    ['a tool is missing', { tools: { trivy: 'unknown' } }, 'fail', 'unable to run: trivy'],
    ['a tool was not looked for', { tools: {} }, 'fail', 'unable to run: trivy'],
    [
      'the registry is out of reach',
      { registry: { ok: false, detail: '403' } },
      'fail',
      'does not reach the registry: 403',
    ],
    ['the disk is small', { freeBytes: 5 * GIB - 1 }, 'warn', 'only 5.0 GiB free'],
    ['the disk is just large enough', { freeBytes: 5 * GIB }, 'pass', '5.0 GiB free'],
  ])('reports if %s', async (_, changes, status, detail) => {
    expect((await outcomeOf('probe-standard', aProbeResult(changes))).outcome).toMatchObject({
      status,
      detail: expect.stringContaining(detail),
    });
  });

  it('fails if the group could not be deleted, beside its own fault', async () => {
    const setup = new CheckSetup();
    setup.world.groups.decide = () => ({ kind: 'never-starts' });
    setup.world.groups.delete = async () => ({ ok: false, refusal: 'unauthorized', detail: '' });

    expect(await setup.run(probeChecks, 'probe-standard')).toMatchObject({
      status: 'fail',
      detail: '2 faults',
      faults: [
        'the group gave no result: the group did not answer within 15 minutes',
        'the group pw-probe-id1 could not be deleted',
      ],
      whatToDo: expect.stringContaining('az container delete --name pw-probe-id1'),
    });
  });

  it('fails with advice if the group is refused, and is skipped after an interruption', async () => {
    const setup = new CheckSetup();
    setup.world.groups.decide = () => ({ kind: 'refused', refusal: 'quota' });
    expect(await setup.run(probeChecks, 'probe-standard')).toMatchObject({
      status: 'fail',
      whatToDo: expect.stringContaining('Raise the quota'),
    });

    setup.stop.abort();
    expect(await setup.run(probeChecks, 'probe-standard')).toMatchObject({ status: 'skipped' });
  });
});

describe('the probe of the builder in a Standard group', () => {
  it('shows each need and which builder would run', async () => {
    expect((await outcomeOf('probe-builder', aProbeResult())).outcome).toEqual({
      status: 'pass',
      detail: expect.stringMatching(
        /^the builder would be mount-free; mount refused \(mount: EPERM\), .*chroot ok/,
      ),
    });
  });

  it('lists what is refused if none works, and describes the group', async () => {
    const builder = { ...STANDARD_GROUP, builder: 'none' } as const;

    const { outcome } = await outcomeOf(
      'probe-builder',
      aProbeResult({ builder }, ['unshare-user']),
    );

    expect(outcome).toMatchObject({
      status: 'fail',
      detail: 'no builder works; kernel 6.1.0, user 0, no user namespaces, Seccomp 2',
      faults: [
        'mount refused (mount: EPERM)',
        'namespaces refused (clone: EPERM)',
        'cgroup refused (mkdir: EROFS)',
        'upstream refused (stat: ENOENT)',
      ],
    });
  });

  it('fails with the reason if the probe for a builder failed', async () => {
    const { builder: _, ...result } = aProbeResult();
    const builderFault = 'patchwright-builder exit 1: no space left on device';

    const { outcome } = await outcomeOf('probe-builder', { ...result, builderFault });

    expect(outcome).toMatchObject({
      status: 'fail',
      detail: `the probe for a builder failed: ${builderFault}`,
    });
  });

  it.each<readonly [string, Partial<ProbeResult>, string, RegExp]>([
    [
      'fails',
      { registry: { ok: false, detail: '403' } },
      'fail',
      /^the group does not reach the registry: 403/,
    ],
    [
      'warns',
      { freeBytes: 5 * GIB - 1 },
      'warn',
      /^only 5\.0 GiB free; the builder would be mount-free; mount refused/,
    ],
  ])('%s as for any group if a builder works', async (_, changes, status, detail) => {
    expect((await outcomeOf('probe-builder', aProbeResult(changes))).outcome).toMatchObject({
      status,
      detail: expect.stringMatching(detail),
    });
  });
});

describe('the probe of a Confidential group', () => {
  const confidential = { kind: 'confidential' } as const;

  it('is privileged, and passes if BuildKit has what it needs', async () => {
    const result = aProbeResult({ builder: PRIVILEGED_GROUP }, ['unshare-user']);

    const { outcome, spec } = await outcomeOf('probe-confidential', result, confidential);

    expect(spec).toMatchObject({ sku: 'Confidential', privileged: true });
    expect(outcome).toMatchObject({ status: 'pass' });
  });

  it.each([
    [
      'warns',
      'the mount-free builder',
      STANDARD_GROUP,
      'warn',
      /would use .*mount-free.*mount refused/,
    ],
    [
      'fails',
      'none',
      { ...STANDARD_GROUP, builder: 'none' as const },
      'fail',
      /^no builder works; /,
    ],
  ] as const)('%s if a patch group would use %s', async (_, _used, builder, status, detail) => {
    const result = aProbeResult({ builder });

    const { outcome } = await outcomeOf('probe-confidential', result, confidential);

    expect(outcome).toMatchObject({ status, detail: expect.stringMatching(detail) });
  });

  it('fails with the reason if the probe for a builder failed', async () => {
    const { builder: _, ...result } = aProbeResult({ builderFault: 'exit 1' });

    expect((await outcomeOf('probe-confidential', result, confidential)).outcome).toMatchObject({
      status: 'fail',
      detail: 'the probe for a builder failed: exit 1',
    });
  });

  it.each(['bind-mount', 'unshare-pid', 'cgroup-write', 'runc-container'] as const)(
    'fails if %s is refused',
    async (trial) => {
      const result = aProbeResult({}, [trial]);

      expect((await outcomeOf('probe-confidential', result, confidential)).outcome).toMatchObject({
        status: 'fail',
        detail: expect.stringMatching(/^the group refuses what BuildKit needs; kernel 6\.1\.0/),
        faults: [`${trial} refused (EPERM)`],
      });
    },
  );
});

describe('the probe of a remote builder', () => {
  it('passes if it accepts the worker', async () => {
    const { outcome, spec } = await outcomeOf('probe-remote', aProbeResult(), REMOTE);

    expect(spec).toMatchObject({ sku: 'Standard', privileged: false });
    expect(outcome).toMatchObject({ status: 'pass' });
  });

  it.each([
    ['refuses it', { ok: false, detail: 'bad certificate' }, 'bad certificate'],
    ['was not asked', undefined, 'it did not try'],
  ])('fails if it %s', async (_, buildkit, detail) => {
    const { buildkit: _ok, ...result } = aProbeResult();

    const { outcome } = await outcomeOf(
      'probe-remote',
      { ...result, ...(buildkit && { buildkit }) },
      REMOTE,
    );

    expect(outcome).toMatchObject({
      status: 'fail',
      detail: `the group can’t use ${REMOTE.address}: ${detail}`,
      whatToDo: expect.stringContaining('BUILDKIT_ADDRESS'),
    });
  });
});

it.each([
  ['probe-builder', 'confidential'],
  ['probe-confidential', 'standard'],
  ['probe-remote', 'standard'],
] as const)('skips %s if the builder is %s', async (id, kind) => {
  const { outcome, setup } = await outcomeOf(id, aProbeResult(), { kind });

  expect(outcome).toEqual({
    status: 'skipped',
    detail: `not needed: PATCHWRIGHT_BUILDER is ${kind}`,
  });
  expect(setup.world.groups.creations()).toEqual([]);
});
