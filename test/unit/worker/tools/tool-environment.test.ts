import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { prepareToolEnvironment } from '../../../../worker/tools/tool-environment.ts';
import { setUpWorker } from '../support/worker-setup.ts';

async function prepare(environment: Readonly<Record<string, string>>, extraCa?: string) {
  const { context, jobFolder } = await setUpWorker({ environment });
  const prepared = await prepareToolEnvironment(context, { jobFolder, extraCa });
  return { ...prepared, context, jobFolder };
}

it('passes on network settings, and nothing else of the worker’s environment', async () => {
  const { variables, context, jobFolder } = await prepare({
    PATH: '/tools',
    HTTPS_PROXY: 'http://proxy:1',
    NO_PROXY: '',
    IDENTITY_ENDPOINT: 'http://169.254.169.254',
    HOME: '/root',
  });

  expect(variables).toEqual({
    PATH: '/tools',
    HOME: join(context.scratch, 'home'),
    TMPDIR: join(context.scratch, 'tmp'),
    DOCKER_CONFIG: jobFolder,
    HTTPS_PROXY: 'http://proxy:1',
  });
});

it('has a path even if the worker has none', async () => {
  expect((await prepare({})).variables.PATH).toContain('/usr/bin');
});

it('adds the job’s authorities to those of the system', async () => {
  const system = join((await setUpWorker()).base, 'system.pem');
  await writeFile(system, 'of the system');

  const { variables, extraCaFile = '' } = await prepare({ SSL_CERT_FILE: system }, 'of the job');

  expect(await readFile(variables.SSL_CERT_FILE ?? '', 'utf8')).toBe('of the system\nof the job');
  expect(await readFile(extraCaFile, 'utf8')).toBe('of the job');
});

it('falls back to Node’s authorities if the system has none', async () => {
  const { variables } = await prepare({ SSL_CERT_FILE: '/nowhere/ca.pem' }, 'of the job');

  expect(await readFile(variables.SSL_CERT_FILE ?? '', 'utf8')).toMatch(
    /^-----BEGIN CERTIFICATE-----[\s\S]*\nof the job$/,
  );
});

it('removes what a killed tool left in the temporary folder, and keeps the folder', async () => {
  const { variables, clearTemporary } = await prepare({});
  const left = join(variables.TMPDIR ?? '', 'left');
  await writeFile(left, 'x');

  await clearTemporary();

  await expect(access(left)).rejects.toThrow('ENOENT');
  await access(variables.TMPDIR ?? '');
});
