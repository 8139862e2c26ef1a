import { describe, expect, it } from 'vitest';
import { MAX_JOB_FILE_BYTES } from '../../../../lib/job/job-file.ts';
import { sealJobFile } from '../../../../lib/job/sealed-job-file.ts';
import { readJobFolder } from '../../../../worker/input/job-folder.ts';
import { dockerConfig, patchJobFile, SIGNATURE, scanJobFile, TOKEN } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

const HOST = 'registry.test';
const JOB_URL = 'https://storage.test/results/job-1.sealed?sp=r&sig=cmVhZC1zaWduYXR1cmU%3D';
const ADDRESS = { version: 1, kind: 'address', registry: HOST, jobUrl: JOB_URL };

/** Reads a folder with an address, behind which storage answers this. */
async function readBehind(answer: () => Response, address: object = {}) {
  const requests: string[] = [];
  const trusted: string[] = [];
  const setup = await setUpWorker({
    sleep: async () => undefined,
    trust: (certificates) => void trusted.push(certificates),
    fetch: async (url, init) => {
      requests.push(`${init?.method} ${url} trusting ${trusted.length}`);
      return answer();
    },
  });
  await setup.writeJob({ ...ADDRESS, ...address }, dockerConfig(HOST));
  const folder = await readJobFolder(setup.context, setup.jobFolder);
  return { folder, requests, trusted, secrets: setup.context.secrets };
}

const sealed = (job: unknown) => new Response(Buffer.from(sealJobFile(JSON.stringify(job), TOKEN)));

describe('a job file behind an address', () => {
  it.each([
    ['scan', scanJobFile(HOST, 2)],
    ['patch', patchJobFile(HOST)],
  ])('is read for a %s job, and its secrets are learned', async (_, job) => {
    const { folder, requests, secrets } = await readBehind(() => sealed(job));

    expect(folder).toMatchObject({ ok: true, value: { job } });
    expect(requests).toEqual([`GET ${JOB_URL} trusting 0`]);
    expect(secrets.mask(`${SIGNATURE} cmVhZC1zaWduYXR1cmU=`)).toBe('*** ***');
  });

  it('is fetched only after the additional authorities are trusted', async () => {
    const { requests, trusted } = await readBehind(() => sealed(scanJobFile(HOST)), {
      extraCa: 'PEM',
    });

    expect(trusted).toEqual(['PEM']);
    expect(requests).toEqual([`GET ${JOB_URL} trusting 1`]);
  });

  it.each([
    [
      'storage refuses it',
      () =>
        new Response('', { status: 403, headers: { 'x-ms-error-code': 'AuthenticationFailed' } }),
      'the job file was not read: storage answered 403 AuthenticationFailed',
    ],
    [
      'another token sealed it',
      () => new Response(Buffer.from(sealJobFile('{}', 'another'))),
      'the job file was not read: it was not made for the registry token of this container',
    ],
    [
      'it is too large',
      () => new Response(Buffer.alloc(MAX_JOB_FILE_BYTES + 1)),
      `the job file was not read: it is larger than ${MAX_JOB_FILE_BYTES} bytes`,
    ],
    [
      'storage does not answer',
      () => {
        throw new TypeError('fetch failed');
      },
      /^the job file was not read: storage could not be reached \(/,
    ],
  ] as const)('is a fault if %s', async (_, answer, fault) => {
    const { folder } = await readBehind(answer);

    const expected = typeof fault === 'string' ? fault : expect.stringMatching(fault);
    expect(folder).toEqual({ ok: false, fault: [expected] });
  });

  it('has its faults listed without a value', async () => {
    const job = { ...scanJobFile(HOST), deadline: 'topsecret' };

    const { folder } = await readBehind(() => sealed(job));

    expect(folder).toEqual({
      ok: false,
      fault: [expect.stringMatching(/^the job file: deadline: /)],
    });
    expect(JSON.stringify(folder)).not.toContain('topsecret');
  });
});
