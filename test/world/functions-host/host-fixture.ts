import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { build } from 'esbuild';
import { z } from 'zod';
import { startAzurite } from '../azurite.ts';
import { HOST_CONTAINER } from '../storage.ts';
import type { FunctionsHost, FunctionsHostOptions, InvocationEnd } from './functions-host.ts';
import type { HostLog } from './host-log.ts';
import { startFunctionsHost } from './start-functions-host.ts';

/** The fixture app, running in a host with queues of its own. */
export interface HostFixture {
  readonly host: FunctionsHost;
  readonly logs: readonly HostLog[];
  readonly ends: readonly InvocationEnd[];
  /** What a function wrote to the log as JSON, in order. */
  said(functionName: string): readonly Said[];
  send(message: unknown, options?: { readonly encode?: boolean }): Promise<void>;
  /** The decoded texts of the work queue's messages, or of its sister's; they stay in it. */
  peek(suffix?: '-poison' | '-answers'): Promise<readonly string[]>;
  close(): Promise<void>;
}

const Said = z.looseObject({
  retryCount: z.number().optional(),
  message: z.unknown().optional(),
  poison: z.unknown().optional(),
  dequeueCount: z.unknown().optional(),
  timer: z
    .object({
      isPastDue: z.boolean(),
      scheduleStatus: z.object({ last: z.string(), next: z.string() }).nullable(),
    })
    .optional(),
});
export type Said = z.infer<typeof Said>;

/** The log levels are those of many apps: what the app prints outside of an invocation is dropped. */
const HOST_JSON = {
  version: '2.0',
  functionTimeout: '00:00:04',
  logging: { logLevel: { default: 'Warning', Function: 'Information' } },
  extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
  singleton: { listenerLockPeriod: '00:00:15' },
  extensions: {
    queues: {
      batchSize: 4,
      newBatchThreshold: 2,
      maxDequeueCount: 3,
      visibilityTimeout: '00:00:00',
      maxPollingInterval: '00:00:00.5',
    },
  },
};

/** What the fixtures of one test file share: a storage account and the bundled app. */
export interface HostLab {
  readonly connectionString: string;
  start(options?: Partial<FunctionsHostOptions>): Promise<HostFixture>;
  close(): Promise<void>;
}

export async function createHostLab(): Promise<HostLab> {
  const folder = await mkdtemp(join(tmpdir(), 'host-fixture-'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ main: 'index.cjs' }));
  await writeFile(join(folder, 'host.json'), JSON.stringify(HOST_JSON));
  await build({
    entryPoints: [join(import.meta.dirname, 'fixture-app.ts')],
    outfile: join(folder, 'index.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['@azure/functions-core'],
  });
  const azurite = await startAzurite();
  const connectionString = azurite.accounts[0]?.connectionString ?? '';
  const blobs = BlobServiceClient.fromConnectionString(connectionString);
  await blobs.createContainer(HOST_CONTAINER);
  return {
    connectionString,
    start: (options = {}) => startFixture(folder, connectionString, options),
    async close() {
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startFixture(
  folder: string,
  connectionString: string,
  options: Partial<FunctionsHostOptions>,
): Promise<HostFixture> {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const work = `work-${randomUUID()}`.slice(0, 40);
  await queues.createQueue(work);
  await queues.createQueue(`${work}-poison`);
  const logs: HostLog[] = [];
  const ends: InvocationEnd[] = [];
  const { settings, ...others } = options;
  const host = await startFunctionsHost({
    folder,
    settings: {
      AzureWebJobsStorage: connectionString,
      WORK_QUEUE: work,
      TICK_SCHEDULE: '0 0 0 1 1 *',
      ...settings,
    },
    onLog: (log) => logs.push(log),
    onInvocation: (end) => ends.push(end),
    pollingMs: 50,
    ...others,
  });
  return {
    host,
    logs,
    ends,
    said: (functionName) =>
      logs
        .filter((log) => log.functionName === functionName && log.category === 'user')
        .map((log) => Said.parse(JSON.parse(log.message))),
    async send(message, { encode = true } = {}) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      const body = encode ? Buffer.from(text).toString('base64') : text;
      await queues.getQueueClient(work).sendMessage(body);
    },
    async peek(suffix) {
      const client = queues.getQueueClient(`${work}${suffix ?? ''}`);
      const exists = await client.exists();
      const answer = exists ? await client.peekMessages({ numberOfMessages: 32 }) : undefined;
      return (answer?.peekedMessageItems ?? []).map((one) =>
        Buffer.from(one.messageText, 'base64').toString('utf8'),
      );
    },
    close: () => host.close(),
  };
}
