import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isWritten, uploadBlob } from '../../../../worker/transfer/upload-blob.ts';
import { type FakeServices, startFakeServices } from '../support/fake-services.ts';
import { SIGNATURE, sas } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

let services: FakeServices;
let url: string;
const bytes = new TextEncoder().encode('{}');

beforeEach(async () => {
  services = await startFakeServices();
  url = sas(services.host, 'results/result.json');
});
afterEach(() => services.close());

async function setUp() {
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => {
    waits.push(milliseconds);
  };
  return { ...(await setUpWorker({ sleep })), waits };
}

/** Sends this answer to the first `times` requests. */
function answerFirst(times: number, answer: ReturnType<NonNullable<FakeServices['answer']>>) {
  let left = times;
  services.answer = () => (left-- > 0 ? answer : undefined);
}

describe('uploadBlob', () => {
  it('creates the blob with the headers that storage requires, on condition that none exists', async () => {
    const { context } = await setUp();

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toEqual({ outcome: 'created' });
    expect(services.blobs.get('/results/result.json')).toBe('{}');
    expect(services.received[0]?.headers).toMatchObject({
      'x-ms-blob-type': 'BlockBlob',
      'x-ms-version': '2023-11-03',
      'if-none-match': '*',
    });
  });

  it.each([
    { status: 403, body: '<Error><Code>AuthorizationPermissionMismatch</Code></Error>' },
    { status: 403, headers: { 'x-ms-error-code': 'UnauthorizedBlobOverwrite' } },
    { status: 409, headers: { 'x-ms-error-code': 'BlobAlreadyExists' } },
    { status: 412 },
  ])('reports after %o that the blob already exists', async (answer) => {
    const { context } = await setUp();
    services.answer = () => answer;

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toEqual({ outcome: 'exists' });
  });

  it('fails without a retry after any other refusal', async () => {
    const { context, waits } = await setUp();
    services.answer = () => ({
      status: 403,
      headers: { 'x-ms-error-code': 'AuthenticationFailed' },
    });

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toEqual({ outcome: 'failed', why: 'storage answered 403 AuthenticationFailed' });
    expect(waits).toEqual([]);
  });

  it.each(['hang-up', { status: 503 }, { status: 429 }] as const)(
    'retries after %o with increasing delays',
    async (answer) => {
      const { context, waits } = await setUp();
      answerFirst(3, answer);

      const upload = await uploadBlob(context, url, bytes);

      expect(upload).toEqual({ outcome: 'created' });
      expect(waits).toEqual([375, 750, 1500]);
    },
  );

  it('waits as long as storage asks, and fails if it asks for more than five minutes', async () => {
    const { context, waits } = await setUp();
    const retryAfter = ['7', '300', '301'];
    services.answer = () => {
      const seconds = retryAfter.shift();
      return seconds === undefined
        ? undefined
        : { status: 503, headers: { 'retry-after': seconds } };
    };

    const upload = await uploadBlob(context, url, bytes);

    expect(waits).toEqual([7000, 300_000]);
    expect(upload).toEqual({ outcome: 'failed', why: 'storage answered 503' });
  });

  it('does not retry after the container is stopped', async () => {
    const { context, stop } = await setUp();
    services.answer = () => {
      stop.abort();
      return { status: 503 };
    };

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toMatchObject({ outcome: 'failed' });
    expect(services.received).toHaveLength(1);
  });

  it('fails after five tries without quoting the URL', async () => {
    const { context, logged } = await setUp();
    services.answer = () => 'hang-up';

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toMatchObject({ outcome: 'failed' });
    expect(services.received).toHaveLength(5);
    expect(JSON.stringify([upload, logged])).not.toContain(SIGNATURE);
  });

  it('reports the blob as created if the answer to an earlier try was lost', async () => {
    const { context } = await setUp();
    services.answer = (request) => {
      if (services.received.length > 1) return undefined;
      services.blobs.set('/results/result.json', request.body);
      return 'hang-up';
    };

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toEqual({ outcome: 'created' });
  });

  it('follows no redirect', async () => {
    const { context } = await setUp();
    services.answer = () => ({
      status: 307,
      headers: { location: `http://${services.host}/else` },
    });

    const upload = await uploadBlob(context, url, bytes);

    expect(upload).toEqual({ outcome: 'failed', why: 'storage answered 307' });
    expect(services.received).toHaveLength(1);
  });
});

describe('isWritten', () => {
  it('returns whether the blob exists and does not create it', async () => {
    const { context } = await setUp();

    const before = await isWritten(context, url);
    const created = services.blobs.size;
    await uploadBlob(context, url, bytes);
    const after = await isWritten(context, url);

    expect([before, created, after]).toEqual([false, 0, true]);
  });
});
