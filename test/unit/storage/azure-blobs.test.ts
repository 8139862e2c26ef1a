import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { AzureBlobs } from '../../../lib/storage/azure-blobs.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { type LocalServer, startLocalServer } from '../../world/http/local-server.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

let server: LocalServer | undefined;

/** Starts a service with faults that Azurite cannot produce. */
async function serve(answer: Answer): Promise<{ blobs: AzureBlobs; methods: string[] }> {
  const methods: string[] = [];
  server = await startLocalServer((request, response) => {
    methods.push(request.method ?? '');
    request.resume();
    answer(request, response);
  });
  const connectionString = [
    'DefaultEndpointsProtocol=http;AccountName=stub;AccountKey=c3R1Yg==',
    ...['Blob', 'Queue', 'Table'].map((service) => `${service}Endpoint=${server?.url}/stub`),
  ].join(';');
  const clients = connectStorage({ kind: 'connection-string', connectionString });
  return { blobs: new AzureBlobs(clients, new ManualClock()), methods };
}

function describeBlob(response: ServerResponse, contentLength: number): void {
  response.writeHead(200, { 'content-length': contentLength, etag: '"1"' });
}

describe('AzureBlobs', () => {
  afterEach(() => server?.close());

  it('does not fetch the content of a blob that is too large', async () => {
    const { blobs, methods } = await serve((_request, response) => {
      describeBlob(response, 50_000_000_000);
      response.end();
    });

    const read = await blobs.read(CONTAINERS.results, 'huge.json', 1000);

    expect(read).toEqual({ found: false, why: 'too-large' });
    expect(methods).toEqual(['HEAD']);
  });

  it('stops reading if the content is longer than announced', async () => {
    let closed: Promise<void> | undefined;
    const { blobs } = await serve((request, response) => {
      describeBlob(response, request.method === 'HEAD' ? 5 : 1_000_000_000);
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      closed = new Promise((resolve) => response.once('close', () => resolve()));
      response.write(Buffer.alloc(100_000));
    });

    const read = await blobs.read(CONTAINERS.results, 'liar.json', 1000);

    expect(read).toEqual({ found: false, why: 'too-large' });
    // The test times out here if the connection stays open.
    await closed;
  });

  it('reports a blob whose content is always truncated as unavailable', async () => {
    const { blobs } = await serve((request, response) => {
      describeBlob(response, 500);
      if (request.method === 'HEAD') response.end();
      else response.write('half', () => response.destroy());
    });

    const reading = blobs.read(CONTAINERS.results, 'broken.json', 1000);

    await expect(reading).rejects.toMatchObject({ name: 'StorageError', code: 'unavailable' });
  });

  it.each([
    [503, 'ServerBusy', 'throttled'],
    [500, 'InternalError', 'unavailable'],
  ])('tries four times after %d and then fails as %s', async (status, code, expected) => {
    const { blobs, methods } = await serve((_request, response) => {
      response.writeHead(status, { 'x-ms-error-code': code });
      response.end();
    });

    const deleting = blobs.delete(CONTAINERS.results, 'a.json');

    await expect(deleting).rejects.toMatchObject({ code: expected });
    expect(methods).toHaveLength(4);
  });

  it('names the operation, the blob and the answer of the service in an error', async () => {
    const { blobs } = await serve((_request, response) => {
      response.writeHead(403, { 'x-ms-error-code': 'AuthorizationFailure' });
      response.end();
    });

    const reading = blobs.read(CONTAINERS.results, 'a.json', 10);

    await expect(reading).rejects.toMatchObject({
      code: 'denied',
      message: 'reading patchwright-results/a.json failed: 403 AuthorizationFailure',
    });
  });
});
