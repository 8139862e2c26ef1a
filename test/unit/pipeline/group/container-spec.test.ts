import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { RepositoryName } from '../../../../lib/image/reference.ts';
import {
  type Attempt,
  type ContainerPart,
  containerSpec,
  WORKER_COMMAND,
} from '../../../../lib/pipeline/group/container-spec.ts';
import type { PipelineOptions } from '../../../../lib/pipeline/services.ts';
import { RegistryError } from '../../../../lib/registry/registry.ts';
import { jobFileOf } from '../../../fakes/job-file-of.ts';
import { UnitWorld } from '../unit-world.ts';
import { anAttempt, PATCH_PART, SCAN_PART } from './attempt.ts';

const TLS = { ca: 'the ca', cert: 'the cert', key: 'the key' };
const REMOTE = { kind: 'remote', address: 'tcp://buildkit.test:1234', tls: TLS } as const;

/** A container with this work, and what its files say. */
async function built(
  part: ContainerPart,
  options: Partial<PipelineOptions> = {},
  attempt: Partial<Attempt> = {},
) {
  const world = new UnitWorld({ pipeline: options });
  const spec = await containerSpec(world.services, anAttempt(part.part.kind, attempt), part);
  const file = jobFileOf(spec, world.blobs);
  const { auths } = JSON.parse(spec.secretFiles['config.json'] ?? '');
  const token = auths['registry.example.com'].registrytoken;
  return { world, spec, file, token, files: Object.keys(spec.secretFiles).sort() };
}

describe('containerSpec', () => {
  it('builds a container of its size with the command for its kind of work', async () => {
    expect((await built(SCAN_PART)).spec).toMatchObject({
      name: 'worker',
      command: [...WORKER_COMMAND, 'scan'],
      cpu: 2,
      memoryGb: 4,
      environment: {
        PATCHWRIGHT_JOB_FOLDER: '/run/patchwright',
        DOCKER_CONFIG: '/run/patchwright',
      },
      secretsPath: '/run/patchwright',
    });
    expect((await built(PATCH_PART)).spec.command).toEqual([...WORKER_COMMAND, 'patch']);
  });

  it('gives the container a job file with its work and the address for its result', async () => {
    const { world, file } = await built(SCAN_PART, {}, { attempt: 2 });

    expect(file).toMatchObject({
      ...SCAN_PART.part,
      jobId: 'scan-1',
      attempt: 2,
      registry: 'registry.example.com',
    });
    await world.blobs.putThrough(file.resultUrl, Buffer.from('{}'));
    expect(world.blobs.names('patchwright-results')).toEqual([
      expect.stringMatching(/^20261123T020000Z-7f3a\/scan-1\/2\/worker\/job-[a-f0-9]{32}\.sealed$/),
      '20261123T020000Z-7f3a/scan-1/2/worker/result.json',
    ]);
  });

  it('keeps the job file in a blob that shows no address for results to a reader', async () => {
    const { world, spec, file } = await built(SCAN_PART);
    const [name = ''] = world.blobs.names('patchwright-results');

    const blob = await world.blobs.read('patchwright-results', name, 100_000);

    const text = blob.found ? Buffer.from(blob.bytes).toString('latin1') : '';
    const signature = new URL(file.resultUrl).searchParams.get('sig') ?? '';
    expect(text).not.toContain(signature);
    expect(text).not.toContain('team/api');
    expect(spec.secretFiles['job.json']).not.toContain(signature);
  });

  it('gives the container an address that reads its own job file until the group expires', async () => {
    const { world, spec } = await built(SCAN_PART);
    const { jobUrl } = JSON.parse(spec.secretFiles['job.json'] ?? '');

    expect(world.blobs.contentThrough(jobUrl)).toBeDefined();
    expect(await world.blobs.putThrough(jobUrl, Buffer.from('x'))).toMatchObject({ status: 403 });
    expect(world.blobs.contentThrough(jobUrl.replace('/worker/', '/other/'))).toBeUndefined();
    expect(new URL(jobUrl).searchParams.get('se')).toBe('2026-11-23T02:50:00Z');
  });

  it('gives the container a token for its own images only', async () => {
    const { world, token } = await built(SCAN_PART);
    const own = await world.push('team/api', 'v1');
    const other = await world.push('team/web', 'v1');
    const registry = world.registry.withToken(token);

    expect((await registry.manifest(RepositoryName.parse('team/api'), own))?.digest).toBe(own);
    const web = RepositoryName.parse('team/web');
    await expect(registry.manifest(web, other)).rejects.toThrow(RegistryError);
  });

  it.each([
    ['two minutes before the attempt ends', '02:40', '02:38'],
    ['five minutes before the token expires, if that is earlier', '04:00', '03:10'],
  ])('sets the deadline of the worker %s', async (_, attempt, worker) => {
    const deadline = new Date(`2026-11-23T${attempt}:00Z`);

    const { file } = await built(SCAN_PART, {}, { deadline });

    expect(file.deadline).toBe(`2026-11-23T${worker}:00.000Z`);
  });

  it('passes on the additional certificate authorities, if there are some', async () => {
    expect((await built(SCAN_PART)).file).not.toHaveProperty('extraCa');
    expect((await built(SCAN_PART, { extraCa: 'PEM' })).file.extraCa).toBe('PEM');
  });
});

describe('what a builder needs', () => {
  const confidential = { builder: { kind: 'confidential' } } as const;
  const scratch = '/var/lib/patchwright';

  it('is scratch space in a confidential patch container only', async () => {
    const { spec } = await built(PATCH_PART, confidential);
    expect(spec).toMatchObject({ scratchPath: scratch, environment: { TMPDIR: scratch } });

    for (const other of [await built(SCAN_PART, confidential), await built(PATCH_PART)]) {
      expect(other.spec).not.toHaveProperty('scratchPath');
      expect(other.spec.environment).not.toHaveProperty('TMPDIR');
    }
  });

  it('is the TLS files of a remote daemon in a patch container only', async () => {
    const { spec, files } = await built(PATCH_PART, { builder: REMOTE });
    expect(spec.secretFiles).toMatchObject({
      'buildkit-ca.pem': 'the ca',
      'buildkit-cert.pem': 'the cert',
      'buildkit-key.pem': 'the key',
    });
    expect(files).toHaveLength(5);

    for (const other of [await built(SCAN_PART, { builder: REMOTE }), await built(PATCH_PART)]) {
      expect(other.files).toEqual(['config.json', 'job.json']);
    }
  });
});

/** Reports the debugger's address after it has got a SIGUSR1 and the next signal. */
const PROGRAM = `
  process.on('SIGUSR2', () => {
    console.log(String(require('node:inspector').url()));
    process.exit();
  });
  console.log('ready');
  setInterval(() => undefined, 1000);
`;

it('keeps the debugger of the worker closed when a build step sends SIGUSR1', async () => {
  const flags = WORKER_COMMAND.slice(1, -1);
  const child = spawn(process.execPath, [...flags, '--inspect-port=0', '--eval', PROGRAM], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await once(child.stdout, 'data');

  child.kill('SIGUSR1');
  child.kill('SIGUSR2');
  await once(child, 'close');

  expect(output).toBe('ready\nundefined\n');
});
