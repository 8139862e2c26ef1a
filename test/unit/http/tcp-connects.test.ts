import { expect, it } from 'vitest';
import { tcpConnects } from '../../../lib/http/tcp-connects.ts';
import { startLocalServer } from '../../world/http/local-server.ts';

it('distinguishes an open port from a closed one and sends nothing', async () => {
  let requests = 0;
  const server = await startLocalServer(() => {
    requests += 1;
  });

  expect(await tcpConnects('127.0.0.1', server.port)).toBe(true);
  await server.close();
  expect(await tcpConnects('127.0.0.1', server.port)).toBe(false);
  expect(requests).toBe(0);
});
