import { globSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { CoreApi } from './core-api.ts';
import { invoke } from './invoke.ts';
import type { FromApp, ToApp } from './messages.ts';

/*
 * The process that the app lives in: what the Functions host's Node worker is in Azure. It is started
 * by `AppProcess` with the app's folder as its only argument and the app's settings as environment.
 */
const PackageJson = z.looseObject({ main: z.string(), type: z.string().optional() });

await main(process.argv[2] ?? process.cwd());

async function main(folder: string): Promise<void> {
  const core = new CoreApi((log) => tell({ kind: 'log', log }));
  provideCoreModule(core.module);
  // Without its host the app has no reason to live.
  process.once('disconnect', () => process.exit(0));
  try {
    await loadApp(folder);
    await core.finishStartup(folder);
  } catch (error) {
    tell({
      kind: 'load-failed',
      message: error instanceof Error ? (error.stack ?? '') : String(error),
    });
    process.exitCode = 1;
    process.disconnect();
    return;
  }
  process.on('message', (message: ToApp) => void receive(core, message));
  tell({ kind: 'ready', functions: core.functions.map((one) => one.metadata) });
}

/** The worker makes its API available by intercepting `require`; it is in no package registry. */
function provideCoreModule(core: object): void {
  Module.prototype.require = new Proxy(Module.prototype.require, {
    apply: (target, self, args: [string]) =>
      args[0] === '@azure/functions-core' ? core : Reflect.apply(target, self, args),
  });
}

/** Loads what package.json names as `main`: a file, or a pattern of files, in order. */
async function loadApp(folder: string): Promise<void> {
  const text = readFileSync(join(folder, 'package.json'), 'utf8');
  const { main: pattern, type } = PackageJson.parse(JSON.parse(text));
  const files = /[*?{[]/.test(pattern) ? globSync(pattern, { cwd: folder }).sort() : [pattern];
  if (files.length === 0) {
    throw new Error(`Found zero files matching the supplied pattern "${pattern}"`);
  }
  for (const file of files) {
    const path = join(folder, file);
    const extension = extname(file);
    if (extension === '.mjs' || (extension !== '.cjs' && type === 'module')) {
      await import(pathToFileURL(path).href);
    } else {
      createRequire(path)(path);
    }
  }
}

async function receive(core: CoreApi, message: ToApp): Promise<void> {
  if (message.kind === 'stop') {
    await core.runHooks('appTerminate', { hookData: {}, appHookData: {} });
    process.disconnect();
    process.exit(0);
  }
  tell(await invoke(core, message));
}

function tell(message: FromApp): void {
  process.send?.(message);
}
