/**
 * A stand-in for buildkitd, for tests and the demo: never shipped. It listens on BuildKit's address
 * and speaks HTTP/2 like every gRPC server, but serves nothing.
 */

import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http2';
import { messageOf, type ProgramContext, parseFlags, requiredFlag } from '../program.ts';

/** The imitated release, marked as a stand-in. */
const BUILDKITD_STAND_IN_VERSION = 'v0.34.2-stand-in';

const FLAGS = {
  addr: { type: 'string' },
  config: { type: 'string' },
  root: { type: 'string' },
  version: { type: 'boolean', short: 'v' },
} as const;

/** Runs until `stop` is aborted. */
export async function buildkitd(context: ProgramContext, stop: AbortSignal): Promise<number> {
  function log(level: string, message: string): void {
    const time = context.now().toISOString().slice(0, 19);
    context.stderr(`time="${time}Z" level=${level} msg=${JSON.stringify(message)}\n`);
  }
  try {
    const flags = parseFlags(context.args, FLAGS);
    if (flags.isSet('version')) {
      context.stdout(`buildkitd github.com/moby/buildkit ${BUILDKITD_STAND_IN_VERSION}\n`);
      return 0;
    }
    log('info', `This is Patchwright's stand-in for buildkitd (${BUILDKITD_STAND_IN_VERSION})`);
    await serve(
      {
        configFile: requiredFlag(flags, 'config'),
        root: requiredFlag(flags, 'root'),
        address: requiredFlag(flags, 'addr'),
      },
      log,
      stop,
    );
    return 0;
  } catch (error) {
    context.stderr(`buildkitd: ${messageOf(error)}\n`);
    return 1;
  }
}

/** Greets at a unix socket until `stop` is aborted. */
export async function serve(
  options: { readonly configFile: string; readonly root: string; readonly address: string },
  log: (level: string, message: string) => void,
  stop: AbortSignal,
): Promise<void> {
  await readFile(options.configFile, 'utf8');
  await mkdir(options.root, { recursive: true });
  const path = /^unix:\/\/(.+)$/.exec(options.address)?.[1];
  if (path === undefined) {
    throw new Error(`the stand-in listens on unix sockets only, not on ${options.address}`);
  }
  await rm(path, { force: true });
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session));
    session.on('error', () => undefined);
  });
  server.listen(path);
  await once(server, 'listening');
  log('info', `running server on ${path}`);
  if (!stop.aborted) {
    await once(stop, 'abort');
  }
  log('info', 'stopping server');
  server.close();
  for (const session of sessions) {
    session.destroy();
  }
  await rm(path, { force: true });
}
