import { describe, expect, it } from 'vitest';
import { connectStorage } from '../../../lib/storage/storage-connection.ts';

const KEY = 'AccountName=account;AccountKey=c3R1Yg==';

describe('connectStorage', () => {
  it.each([
    ['UseDevelopmentStorage=true', 'http://127.0.0.1:10002/devstoreaccount1'],
    [
      `DefaultEndpointsProtocol=https;${KEY};EndpointSuffix=core.windows.net`,
      'https://account.table.core.windows.net',
    ],
    [
      `DefaultEndpointsProtocol=http;${KEY};BlobEndpoint=http://localhost:1/account;QueueEndpoint=http://localhost:2/account;TableEndpoint=http://localhost:3/account`,
      'http://localhost:3/account',
    ],
  ])('connects to the tables of %s', (connectionString, url) => {
    const clients = connectStorage({ kind: 'connection-string', connectionString });

    expect(clients.table('PatchwrightRuns').url).toBe(url);
    expect(clients.sasBy).toBe('account-key');
  });

  it('refuses an invalid connection string without quoting it', () => {
    const connectionString = 'AccountKey=hush-hush';

    const connect = () => connectStorage({ kind: 'connection-string', connectionString });

    expect(connect).toThrow(/^(?!.*hush)/s);
  });

  it('uses the given addresses with an identity', () => {
    const clients = connectStorage({
      kind: 'identity',
      tableUri: 'https://account.table.example.com',
      queueUri: 'https://account.queue.example.com',
      blobUri: 'https://account.blob.example.com',
      credential: { getToken: async () => null },
    });

    expect(clients.table('PatchwrightRuns').url).toBe('https://account.table.example.com');
    expect(clients.queues.url).toMatch(/^https:\/\/account\.queue\.example\.com/);
    expect(clients.blobs.url).toMatch(/^https:\/\/account\.blob\.example\.com/);
    expect(clients.sasBy).toBe('delegation-key');
  });
});
