import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJobFolder } from '../../../../worker/input/job-folder.ts';
import { dockerConfig, patchJobFile, SIGNATURE, scanJobFile, TOKEN } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

describe('readJobFolder', () => {
  it.each([
    ['scan', scanJobFile('registry.test', 2)],
    ['patch', patchJobFile('registry.test', 2)],
  ])('reads a %s job and learns its secrets', async (_kind, job) => {
    const { context, jobFolder, writeJob } = await setUpWorker();
    await writeJob(job, dockerConfig('registry.test'));

    const folder = await readJobFolder(context, jobFolder);

    expect(folder).toMatchObject({ ok: true, value: { job } });
    expect(context.secrets.mask(`${TOKEN} ${SIGNATURE}`)).toBe('*** ***');
  });

  it('lists every fault of both files without quoting a value', async () => {
    const { context, jobFolder, writeJob } = await setUpWorker();
    const job = {
      ...scanJobFile('registry.test', 2),
      registry: 'https://bad',
      deadline: 'topsecret1',
      database: { repository: 'UPPER', digest: 'topsecret2' },
      surprise: 'topsecret3',
    };
    await writeJob(job, { auths: { 'registry.test': { registrytoken: 4 } } });

    const folder = await readJobFolder(context, jobFolder);

    const text = folder.ok ? '' : folder.fault.join('\n');
    expect(text.split('\n')).toHaveLength(6);
    for (const part of [
      'job.json: registry: must be a host name',
      'job.json: deadline:',
      'job.json: database.repository: must be lower-case',
      'job.json: database.digest: must be sha256:',
      'surprise',
      'config.json: auths.registry.test.registrytoken:',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('topsecret');
  });

  it('reports for each file that it is missing or not JSON, without quoting it', async () => {
    const { context, jobFolder } = await setUpWorker();
    await writeFile(join(jobFolder, 'job.json'), '{"registrytoken": topsecret');

    const folder = await readJobFolder(context, jobFolder);

    expect(folder).toEqual({
      ok: false,
      fault: ['job.json: is not JSON', 'config.json: cannot be read (ENOENT)'],
    });
  });
});
