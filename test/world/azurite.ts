import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { IssuedCertificate } from './tls/certificates.ts';

/** One storage account. Its key is a secret of the local Azure, new at each start. */
export interface AzuriteAccount {
  readonly name: string;
  readonly connectionString: string;
  readonly blobUri: string;
  readonly queueUri: string;
  readonly tableUri: string;
}

export interface Azurite {
  readonly accounts: readonly AzuriteAccount[];
  stop(): Promise<void>;
}

export interface AzuriteOptions {
  /** Certificate for 127.0.0.1: enables HTTPS and bearer tokens. If absent: plain HTTP. */
  readonly tls?: IssuedCertificate;
  /** Names of the accounts. Default: one with the emulator's usual name. */
  readonly accounts?: readonly string[];
}

const SERVICES = ['Blob', 'Queue', 'Table'] as const;
type Service = (typeof SERVICES)[number];
const READY = /^Azurite (Blob|Queue|Table) service is successfully listening at https?:.*:(\d+)$/;
const START_LIMIT_MS = 55_000;
const STOP_LIMIT_MS = 5_000;

/** Starts Azurite on free ports, in memory. It ends with this process at the latest. */
export async function startAzurite(options: AzuriteOptions = {}): Promise<Azurite> {
  const keys = new Map(
    (options.accounts ?? ['devstoreaccount1']).map((name) => [
      name,
      randomBytes(64).toString('base64'),
    ]),
  );
  const folder = await mkdtemp(join(tmpdir(), 'patchwright-azurite-'));
  const tlsArguments = await writeCertificate(folder, options.tls);
  const child = spawn(
    process.execPath,
    [
      createRequire(import.meta.url).resolve('azurite/dist/src/azurite.js'),
      ...['--inMemoryPersistence', '--extentMemoryLimit', '1024'],
      ...['--blobPort', '0', '--queuePort', '0', '--tablePort', '0'],
      // The SDKs request newer versions of the service than Azurite knows.
      ...['--skipApiVersionCheck', '--silent', '--disableTelemetry'],
      ...tlsArguments,
    ],
    {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        AZURITE_ACCOUNTS: [...keys].map(([name, key]) => `${name}:${key}`).join(';'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const endWithUs = () => child.kill('SIGKILL');
  process.once('exit', endWithUs);

  async function stop(): Promise<void> {
    process.off('exit', endWithUs);
    await end(child);
    await rm(folder, { recursive: true, force: true });
  }

  try {
    const ports = await listening(child);
    // By its number: .NET's clients take the first part of a path for the account only behind one.
    const scheme = options.tls === undefined ? 'http://127.0.0.1' : 'https://127.0.0.1';
    const accounts = [...keys].map(([name, key]) => {
      const uri = (service: Service) => `${scheme}:${ports.get(service)}/${name}`;
      return describeAccount(name, key, uri);
    });
    return { accounts, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function describeAccount(
  name: string,
  key: string,
  uri: (service: Service) => string,
): AzuriteAccount {
  const [blobUri, queueUri, tableUri] = [uri('Blob'), uri('Queue'), uri('Table')];
  const connectionString = [
    `DefaultEndpointsProtocol=${blobUri.split(':')[0]}`,
    `AccountName=${name}`,
    `AccountKey=${key}`,
    `BlobEndpoint=${blobUri}`,
    `QueueEndpoint=${queueUri}`,
    `TableEndpoint=${tableUri}`,
  ].join(';');
  return { name, connectionString, blobUri, queueUri, tableUri };
}

async function writeCertificate(
  folder: string,
  tls: IssuedCertificate | undefined,
): Promise<readonly string[]> {
  if (tls === undefined) return [];
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  await writeFile(cert, tls.certPem);
  await writeFile(key, tls.keyPem, { mode: 0o600 });
  return ['--oauth', 'basic', '--cert', cert, '--key', key];
}

/** Waits until all three services listen, and returns their ports. */
function listening(
  child: ChildProcessByStdio<null, Readable, Readable>,
): Promise<ReadonlyMap<string, number>> {
  return new Promise((resolve, reject) => {
    const ports = new Map<string, number>();
    let complaints = '';
    const fail = (why: string) => reject(new Error(`Azurite ${why}. ${complaints}`.trim()));
    const timer = setTimeout(() => fail('did not start in time'), START_LIMIT_MS);
    child.stderr.on('data', (chunk: Buffer) => {
      complaints = (complaints + chunk.toString()).slice(-2000);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, service, port] = READY.exec(line) ?? [];
      if (service !== undefined) ports.set(service, Number(port));
      if (ports.size === SERVICES.length) {
        clearTimeout(timer);
        resolve(ports);
      }
    });
    child.once('error', (error) => fail(`did not start: ${error.message}`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code}`);
    });
  });
}

async function end(child: ChildProcessByStdio<null, Readable, Readable>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
