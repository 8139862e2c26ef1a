import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { addFiles } from '../images/debian-image.ts';
import type { OciLayout } from '../images/oci-layout.ts';

export interface RpmRepository {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the files of a folder on localhost. */
export async function serveRpmRepository(folder: string): Promise<RpmRepository> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://localhost');
    const path = join(folder, pathname);
    const size = await stat(path).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-length', size);
    // A client that has enough closes the connection; `pipeline` then ends the response.
    await pipeline(createReadStream(path), response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Makes the image with a layer that names its repository, whose port differs in each run. */
export function withRpmRepository(
  image: OciLayout,
  url: string,
  folder: string,
): Promise<OciLayout> {
  const repository = [
    '[hello]',
    'name=Packages of a test',
    `baseurl=${url}`,
    'gpgcheck=1',
    'gpgkey=file:///etc/pki/rpm-gpg/RPM-GPG-KEY-hello',
    'proxy=_none_',
    '',
  ].join('\n');
  const title = 'A small system of rpm and dnf';
  const created = new Date('2026-01-01T00:00:00Z');
  const options = { folder, tag: image.tag, title, created };
  return addFiles(image, { '/etc/yum.repos.d/hello.repo': repository }, options);
}
