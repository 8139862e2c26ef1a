import { expect, it } from 'vitest';
import * as z from 'zod';
import { type ProbeKind, probeSpec } from '../../../../lib/cli/doctor/probe-spec.ts';
import { aciGroupBody, MAX_GROUP_BODY_BYTES } from '../../../../lib/containers/aci-group-body.ts';
import { GroupName, GroupTag } from '../../../../lib/containers/container-groups.ts';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { CheckSetup } from '../../doctor/check-setup.ts';

const DIGEST = digestOf('the worker');
const KIND: ProbeKind = {
  sku: 'Standard',
  privileged: false,
  image: {
    repository: RepositoryName.parse('patchwright/worker'),
    reference: `patchwright/worker@${DIGEST}`,
  },
  tools: ['trivy'],
};
const REMOTE = {
  kind: 'remote',
  address: 'tcp://buildkit.internal:1234',
  tls: { ca: 'the ca', cert: 'the cert', key: 'the key' },
} as const;

async function specOf(kind: Partial<ProbeKind> = {}, pipeline: Partial<PipelineOptions> = {}) {
  const setup = new CheckSetup({ pipeline });
  const spec = await probeSpec(
    setup.context,
    { ...KIND, ...kind },
    {
      group: GroupName.parse('pw-probe-1'),
      id: 'probe-1',
      resultUrl: 'https://memory.blob.invalid/x',
      expiresAt: new Date('2026-11-23T02:30:00Z'),
    },
  );
  const [container] = spec.containers;
  if (container === undefined) throw new Error('the group has no container');
  const files = container.secretFiles;
  const job: unknown = z.json().parse(JSON.parse(files['job.json'] ?? 'null'));
  return { spec, container, files, job };
}

it('runs only the probe of the worker, in a small container', async () => {
  const { spec, container, job } = await specOf();

  expect(spec).toMatchObject({ sku: 'Standard', privileged: false });
  expect(spec.image).toBe(`registry.example.com/patchwright/worker@${DIGEST}`);
  expect(container).toMatchObject({
    command: ['node', '--disable-sigusr1', '/app/worker.cjs', 'probe'],
    cpu: 1,
    memoryGb: 1,
  });
  expect(job).toMatchObject({
    kind: 'probe',
    probeId: 'probe-1',
    image: { repository: 'patchwright/worker', digest: DIGEST },
    tools: ['trivy'],
    resultUrl: 'https://memory.blob.invalid/x',
  });
});

it('is deleted by the reaper if nobody else does it', async () => {
  const { spec } = await specOf();

  expect(spec.tags).toEqual({
    [GroupTag.managedBy]: 'patchwright',
    [GroupTag.run]: 'doctor',
    [GroupTag.job]: 'probe-1',
    [GroupTag.expiresAt]: '2026-11-23T02:30:00.000Z',
  });
});

it('gets a token that pulls the worker, and nothing else', async () => {
  const { spec, files } = await specOf();
  const { password } = spec.imageCredential;
  const claims: unknown = JSON.parse(
    Buffer.from(password.split('.')[1] ?? '', 'base64url').toString(),
  );

  expect(claims).toEqual({
    access: [{ type: 'repository', name: 'patchwright/worker', actions: ['pull'] }],
  });
  expect(JSON.parse(files['config.json'] ?? '')).toEqual({
    auths: { 'registry.example.com': { registrytoken: password } },
  });
});

it('has a scratch folder only if it is privileged', async () => {
  const plain = await specOf();
  const privileged = await specOf({ privileged: true, sku: 'Confidential' });

  expect(plain.container.scratchPath).toBeUndefined();
  expect(plain.container.environment.TMPDIR).toBeUndefined();
  expect(privileged.spec).toMatchObject({ privileged: true, sku: 'Confidential' });
  expect(privileged.container.environment.TMPDIR).toBe(privileged.container.scratchPath);
});

it('gets the key of a remote builder only to probe it', async () => {
  const asked = await specOf({ remote: true }, { builder: REMOTE });
  const other = await specOf({}, { builder: REMOTE });

  expect(asked.job).toMatchObject({ buildkitAddress: REMOTE.address });
  expect(Object.values(asked.files)).toEqual(expect.arrayContaining(Object.values(REMOTE.tls)));
  expect(other.job).not.toHaveProperty('buildkitAddress');
  expect(JSON.stringify(other.spec)).not.toContain('the key');
});

it('passes on the authorities that the worker must trust', async () => {
  const trusting = await specOf({}, { extraCa: 'PEM' });
  const without = await specOf();

  expect(trusting.job).toMatchObject({ extraCa: 'PEM' });
  expect(without.job).not.toHaveProperty('extraCa');
});

it.each([
  ['without other secrets', {}, {}],
  ['with the key of a remote builder', { remote: true }, { builder: REMOTE }],
] as const)('sends the largest request that a job may send, %s', async (_, kind, pipeline) => {
  const { spec } = await specOf(kind, pipeline);

  const { length } = Buffer.from(JSON.stringify(aciGroupBody(spec, 'westeurope')));
  expect(length).toBeLessThanOrEqual(MAX_GROUP_BODY_BYTES);
  expect(length).toBeGreaterThan(MAX_GROUP_BODY_BYTES - 300);
});
