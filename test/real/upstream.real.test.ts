import { chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IMAGES, type Scene, startScene } from './scene.ts';
import { MIRROR_REPOSITORY } from './seed-registry.ts';

describe.each([
  ['standard', 'patchwright-builder'],
  ['confidential', 'buildkitd'],
] as const)('the builder of a %s group, %s', (builder, tool) => {
  let scene: Scene;
  let proxy: Server;
  let environmentFile = '';
  /** `host:port` of every request of the builder to its proxy. */
  const asked: string[] = [];

  beforeAll(async () => {
    proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    scene = await startScene([IMAGES.outdated], {
      replaces: { tool, make: askInstead },
      settings: { PATCHWRIGHT_BUILDER: builder },
    });
  });

  afterAll(async () => {
    await scene?.close();
    proxy.close();
  });

  /** Records the builder's proxy, and replaces it by one that the test observes. */
  async function askInstead(program: string, folder: string): Promise<string> {
    environmentFile = join(folder, 'environment');
    const script = join(folder, tool);
    const { port } = proxy.address() as AddressInfo;
    const lines = [
      '#!/bin/sh',
      `case "$*" in *--addr*) echo "$HTTPS_PROXY $HTTP_PROXY" >> '${environmentFile}' ;; esac`,
      `HTTPS_PROXY=http://127.0.0.1:${port} exec '${program}' "$@"`,
    ];
    await writeFile(script, `${lines.join('\n')}\n`);
    await chmod(script, 0o755);
    return script;
  }

  it('fetches no tooling image from outside the registry, so that the image fails', async () => {
    const { storage } = scene.world.registry;
    for (const repository of storage.repositories()) {
      if (repository.name.startsWith(`${MIRROR_REPOSITORY}/`))
        await storage.deleteRepository(repository);
    }

    const { target } = await scene.finished(await scene.startRun());

    expect(target(`${IMAGES.outdated}:12`)).toMatchObject({
      state: 'failed',
      reason: 'tooling-image-not-found',
    });
    const given = (await readFile(environmentFile, 'utf8')).trim().split('\n');
    expect(new Set(given)).toEqual(new Set(['http://127.0.0.1:0 http://127.0.0.1:0']));
    // Every request to an upstream went to the proxy, which does not exist in a real group.
    expect(new Set(asked)).toEqual(new Set(['ghcr.io:443', 'registry-1.docker.io:443']));
  });
});
