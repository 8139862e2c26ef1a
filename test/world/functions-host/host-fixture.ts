import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient } from '@azure/storage-blob';
import { type PeekedMessageItem, QueueServiceClient } from '@azure/storage-queue';
import { build } from 'esbuild';
import * as z from 'zod';
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
  /** What the work function wrote of messages with this tag, and how those invocations ended. */
  tagged(tag: string): { readonly said: readonly Said[]; readonly ends: readonly InvocationEnd[] };
  send(message: unknown): Promise<void>;
  /** A message's text as it is stored. */
  sendText(text: string): Promise<void>;
  /** The messages of the work queue, or of its sister's; they stay in it. */
  peek(suffix?: '-poison' | '-answers'): Promise<readonly PeekedMessageItem[]>;
  close(): Promise<void>;
}

const Said = z.looseObject({
  invocationId: z.string().optional(),
  retryCount: z.number().optional(),
  maxRetryCount: z.number().optional(),
  message: z.unknown().optional(),
  poison: z.unknown().optional(),
  dequeueCount: z.unknown().optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  timer: z
    .object({
      isPastDue: z.boolean(),
      scheduleStatus: z.object({ last: z.string(), next: z.string() }).nullable(),
    })
    .optional(),
});
export type Said = z.infer<typeof Said>;
const Tagged = z.looseObject({ tag: z.string() });

/** The log levels are those of many apps: what the app prints outside of an invocation is dropped. */
const HOST_JSON = {
  version: '2.0',
  functionTimeout: '00:01:00',
  logging: { logLevel: { default: 'Warning', Function: 'Information' } },
  extensionBundle: { id: 'Microsoft.Azure.Functions.ExtensionBundle', version: '[4.*, 5.0.0)' },
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
const SETTINGS = {
  TICK_SCHEDULE: '0 0 0 29 2 *',
  WRONG_SCHEDULE: '0 0 2 * * *',
  EMPTY_SETTING: '0 0 2 * * *',
  LARGEST_STEP: '0 0 2 * * *',
  OVERFLOWING_STEP: '0 0 2 * * *',
};

type FixtureOptions = Partial<FunctionsHostOptions> & {
  /** A minute by default. */
  readonly functionTimeout?: string;
};

/** What the fixtures of one test file share: a storage account and the bundled app. */
export interface HostLab {
  start(options?: FixtureOptions): Promise<HostFixture>;
  readonly connectionString: string;
  close(): Promise<void>;
}

export async function createHostLab(): Promise<HostLab> {
  const folder = await mkdtemp(join(tmpdir(), 'host-fixture-'));
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
    start: async ({ functionTimeout, ...options } = {}) =>
      startFixture(await appFolder(folder, functionTimeout), connectionString, options),
    connectionString,
    async close() {
      await azurite.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function appFolder(
  bundle: string,
  functionTimeout = HOST_JSON.functionTimeout,
): Promise<string> {
  const folder = join(bundle, functionTimeout.replaceAll(':', '-'));
  await cp(join(bundle, 'index.cjs'), join(folder, 'index.cjs'));
  await writeFile(join(folder, 'package.json'), JSON.stringify({ main: 'index.cjs' }));
  await writeFile(join(folder, 'host.json'), JSON.stringify({ ...HOST_JSON, functionTimeout }));
  return folder;
}

async function startFixture(
  folder: string,
  connectionString: string,
  options: Partial<FunctionsHostOptions>,
): Promise<HostFixture> {
  const queues = QueueServiceClient.fromConnectionString(connectionString);
  const work = `work-${randomUUID()}`.slice(0, 40);
  for (const suffix of ['', '-poison', '-answers']) await queues.createQueue(`${work}${suffix}`);
  const logs: HostLog[] = [];
  const ends: InvocationEnd[] = [];
  const { settings, ...others } = options;
  const host = await startFunctionsHost({
    folder,
    settings: {
      AzureWebJobsStorage: connectionString,
      WORK_QUEUE: work,
      ...SETTINGS,
      ...settings,
    },
    onLog: (log) => logs.push(log),
    onInvocation: (end) => ends.push(end),
    pollingMs: 50,
    ...others,
  });
  const said = (functionName: string) =>
    logs
      .filter((log) => log.functionName === functionName && log.category === 'user')
      .map((log) => Said.parse({ ...parseObject(log.message), invocationId: log.invocationId }));
  return {
    host,
    logs,
    ends,
    said,
    tagged(tag) {
      const mine = said('work').filter(
        ({ message }) => Tagged.safeParse(message).data?.tag === tag,
      );
      const ids = mine.map(({ invocationId }) => invocationId);
      return { said: mine, ends: ends.filter(({ invocationId }) => ids.includes(invocationId)) };
    },
    async send(message) {
      const text = typeof message === 'string' ? message : JSON.stringify(message);
      await queues.getQueueClient(work).sendMessage(Buffer.from(text).toString('base64'));
    },
    async sendText(text) {
      await queues.getQueueClient(work).sendMessage(text);
    },
    async peek(suffix) {
      const client = queues.getQueueClient(`${work}${suffix ?? ''}`);
      return (await client.peekMessages({ numberOfMessages: 32 })).peekedMessageItems;
    },
    close: () => host.close(),
  };
}

function parseObject(text: string): object {
  return z.looseObject({}).parse(JSON.parse(text));
}
