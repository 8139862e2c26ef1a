import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ProcessResult, runToExit } from '../process/run-process.ts';
import { type CageRules, makeCageBundle } from './cage-bundle.ts';

export interface CageOptions extends CageRules {
  /** Absolute path of runc. */
  readonly runc: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

export interface Cage {
  /** The folder with the cage's writes outside of the shared folders. */
  readonly written: string;
  /** Waits for the command and returns its exit code, which may differ from 0. */
  readonly ended: Promise<ProcessResult>;
  /** Asks the command to end, and waits until it has. */
  stop(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Runs a command as a Standard container group would: in runc, with an overlay of this machine's root
 * file system and with the machine's network. Needs root and runc.
 */
export async function startCage(options: CageOptions): Promise<Cage> {
  const parent = await mkdtemp(join(tmpdir(), 'patchwright-cage-'));
  const bundle = await makeCageBundle({
    ...options,
    folder: join(parent, 'cage'),
    env: { PATH: process.env.PATH ?? '', HOME: '/root', ...options.env },
  });
  const ended = runToExit({
    command: options.runc,
    args: bundle.runArguments(),
    timeoutMs: options.timeoutMs,
  });
  return {
    written: bundle.written,
    ended,
    async stop() {
      await bundle.stop();
      await ended;
    },
    async remove() {
      await bundle.remove();
      await ended;
      await rm(parent, { recursive: true });
    },
  };
}

/** Runs a command in a cage to its end. */
export async function runInCage(options: CageOptions): Promise<ProcessResult> {
  const cage = await startCage(options);
  try {
    return await cage.ended;
  } finally {
    await cage.remove();
  }
}
