import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { systemClock } from '../../../lib/clock.ts';
import { AzureBlobs } from '../../../lib/storage/azure-blobs.ts';
import type { StorageAccounts } from './azurite-accounts.ts';
import type { Answer, BlobsFixture } from './blobs.contract.ts';

/** Uses signed URLs with a plain HTTP client, because a container group has no other. */
export function blobsFixture(accounts: StorageAccounts): BlobsFixture {
  return {
    blobs: new AzureBlobs(accounts.provisioned, systemClock),
    unprovisioned: new AzureBlobs(accounts.empty, systemClock),
    fromNow: (seconds) => new Date(Date.now() + seconds * 1000),
    put: (url, bytes) => ask(url, 'PUT', { bytes }),
    get: (url) => ask(url, 'GET'),
  };
}

/** Sends a request without `fetch`, whose agent does not accept an authority that is added later. */
export function ask(
  url: string,
  method: 'GET' | 'PUT',
  options: {
    readonly bytes?: Uint8Array;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Answer> {
  const start = url.startsWith('https:') ? requestHttps : requestHttp;
  const headers =
    method === 'PUT'
      ? { 'x-ms-blob-type': 'BlockBlob', 'content-length': options.bytes?.length ?? 0 }
      : {};
  return new Promise((resolve, reject) => {
    const outgoing = start(url, {
      method,
      agent: false,
      headers: { ...headers, ...options.headers },
    });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      const code = response.headers['x-ms-error-code'];
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        resolve(typeof code === 'string' ? { status, code } : { status });
      });
    });
    outgoing.end(options.bytes);
  });
}
