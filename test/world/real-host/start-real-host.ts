import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { type DrivenFunction, drivenFunction } from '../functions-host/bindings.ts';
import type {
  FunctionsHost,
  FunctionsHostOptions,
  InvocationEnd,
} from '../functions-host/functions-host.ts';
import { readHostJson } from '../functions-host/host-json.ts';
import { startLocalServer } from '../http/local-server.ts';
import { HostProcess } from './host-process.ts';

const Binding = z.looseObject({
  name: z.string(),
  type: z.string(),
  direction: z
    .string()
    .toLowerCase()
    .pipe(z.enum(['in', 'out'])),
});
const Listed = z.array(
  z.object({
    name: z.string(),
    isDisabled: z.boolean(),
    config: z.object({ bindings: z.array(Binding) }),
  }),
);

/** In place of host.json's ten seconds, for which a test would wait after each quiet moment. */
const MAX_POLLING = 'AzureFunctionsJobHost__extensions__queues__maxPollingInterval';
const END_LIMIT_MS = 10_000;

/** Starts the app in the program that is given a folder and a port: Microsoft's own Functions host. */
export async function startRealHost(
  program: string,
  options: FunctionsHostOptions,
): Promise<FunctionsHost> {
  const hostJson = await readHostJson(options.folder);
  const keys = { master: newKey(), function: newKey() };
  const secrets = await mkdtemp(join(tmpdir(), 'host-keys-'));
  await writeKeys(secrets, keys);
  const hostId = options.hostId ?? randomBytes(8).toString('hex');
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const waiting = new Set<{ name: string; settle: (end: InvocationEnd) => void }>();

  function onInvocation(end: InvocationEnd): void {
    options.onInvocation?.(end);
    for (const one of waiting) {
      if (one.name !== end.functionName) continue;
      waiting.delete(one);
      one.settle(end);
    }
  }

  function start(): Promise<HostProcess> {
    return HostProcess.start({
      program,
      folder: options.folder,
      port,
      environment: {
        ...options.settings,
        ...authorityOf(options.settings.NODE_EXTRA_CA_CERTS),
        FUNCTIONS_SECRETS_PATH: secrets,
        FUNCTIONS_NODE: process.execPath,
        HOST_LOG: 'json',
        AzureFunctionsWebHost__hostid: hostId,
        [MAX_POLLING]: '00:00:00.5',
      },
      masterKey: keys.master,
      onLog: options.onLog ?? (() => undefined),
      onInvocation,
    });
  }

  /** A host whose app did not start runs without a function for a moment, and then ends. */
  async function startWithFunctions(): Promise<readonly DrivenFunction[]> {
    host = await start();
    const found = await learn().catch(() => []);
    if (found.length > 0) return found;
    await Promise.race([host.ended, delay(END_LIMIT_MS, undefined, { ref: false })]);
    await host.kill();
    throw new Error(`the host runs no function: ${host.errors}`);
  }

  async function learn(): Promise<readonly DrivenFunction[]> {
    const answer = await fetch(`${url}/admin/functions`, {
      headers: { 'x-functions-key': keys.master },
    });
    return Listed.parse(await answer.json())
      .filter(({ isDisabled }) => !isDisabled)
      .map(({ name, config }) => {
        const bindings = config.bindings.map((binding) => [binding.name, binding] as const);
        return drivenFunction({ name, bindings: Object.fromEntries(bindings) });
      });
  }

  async function fire(name: string, input = ''): Promise<void> {
    const end = new Promise<InvocationEnd>((settle) => waiting.add({ name, settle }));
    const answer = await fetch(`${url}/admin/functions/${name}`, {
      method: 'POST',
      headers: { 'x-functions-key': keys.master, 'content-type': 'application/json' },
      body: JSON.stringify({ input }),
    });
    if (answer.status !== 202) throw new Error(`the host answers ${answer.status} for '${name}'`);
    const { error } = await end;
    if (error !== undefined) throw new Error(error);
  }

  let host: HostProcess;
  let functions: readonly DrivenFunction[];
  try {
    functions = await startWithFunctions();
  } catch (error) {
    await rm(secrets, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    keys,
    routePrefix: hostJson.extensions.http.routePrefix,
    get functions() {
      return functions;
    },
    get ended() {
      return host.ended;
    },
    fire,
    kill: () => host.kill(),
    async restart() {
      functions = await startWithFunctions();
    },
    async close() {
      await host.stop();
      await rm(secrets, { recursive: true, force: true });
    },
  };
}

/** .NET takes the authorities of storage from a variable of its own. */
function authorityOf(file: string | undefined): Readonly<Record<string, string>> {
  return file === undefined ? {} : { SSL_CERT_FILE: file };
}

async function writeKeys(folder: string, keys: FunctionsHost['keys']): Promise<void> {
  const key = (name: string, value: string) => ({ name, value, encrypted: false });
  const content = {
    masterKey: key('master', keys.master),
    functionKeys: [key('default', keys.function)],
    systemKeys: [],
  };
  await writeFile(join(folder, 'host.json'), JSON.stringify(content), { mode: 0o600 });
}

async function freePort(): Promise<number> {
  const server = await startLocalServer((_, response) => response.end());
  await server.close();
  return server.port;
}

function newKey(): string {
  return randomBytes(32).toString('base64url');
}
