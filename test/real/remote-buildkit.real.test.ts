import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { askBuildkit } from '../../worker/builder/ask-buildkit.ts';
import type { TlsFiles } from '../../worker/builder/builder.ts';
import {
  type Authority,
  createAuthority,
  type IssuedCertificate,
} from '../world/tls/certificates.ts';
import { prepareTools } from './prepare.ts';
import { stderrProgress } from './progress.ts';

let folder: string;
let authority: Authority;
let daemon: ChildProcess;
let address: string;

/** Finds a free port, because buildkitd does not report a port that it chose. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof bound === 'object' && bound !== null ? bound.port : 0;
}

async function filesOf({ certPem, keyPem }: IssuedCertificate): Promise<TlsFiles> {
  const own = await mkdtemp(join(folder, 'tls-'));
  const files = { ca: join(own, 'ca'), cert: join(own, 'cert'), key: join(own, 'key') };
  await writeFile(files.ca, authority.caPem);
  await writeFile(files.cert, certPem);
  await writeFile(files.key, keyPem);
  return files;
}

beforeAll(async () => {
  const { programs } = await prepareTools(stderrProgress());
  folder = await mkdtemp(join(tmpdir(), 'pw-remote-'));
  authority = await createAuthority();
  const tls = await filesOf(await authority.issue(['localhost']));
  address = `tcp://localhost:${await freePort()}`;
  await mkdir(join(folder, 'root'));
  const config = join(folder, 'buildkitd.toml');
  await writeFile(config, `[otel]\nsocketPath = "${folder}/otel.sock"\n[cdi]\ndisabled = true\n`);
  daemon = spawn(
    programs.buildkitd,
    [
      ...['--config', config, '--root', join(folder, 'root'), '--containerd-worker=false'],
      ...['--addr', address.replace('localhost', '127.0.0.1')],
      ...['--tlscacert', tls.ca, '--tlscert', tls.cert, '--tlskey', tls.key],
    ],
    { stdio: 'ignore' },
  );
});

afterAll(async () => {
  if (daemon?.exitCode === null) {
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

it('a real buildkitd accepts a client with a certificate of its authority', async () => {
  const files = await filesOf(await authority.issueClient('patchwright'));

  await vi.waitFor(
    async () => expect(await askBuildkit(address, files)).toEqual({ ok: true, detail: '' }),
    { timeout: 60_000, interval: 200 },
  );
});

it('a real buildkitd refuses other clients, which is detected although the handshake succeeds', async () => {
  const stranger = await filesOf(await (await createAuthority()).issueClient('patchwright'));

  expect(await askBuildkit(address, stranger)).toEqual({
    ok: false,
    detail: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  });
});
