import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Enclose } from '../../world/arm/local-command.ts';
import { runToExit } from '../process/run-process.ts';
import { type CageRules, makeCageBundle } from './cage-bundle.ts';
import { makeWorkerFiles } from './device-nodes.ts';

const TRIAL_MS = 60_000;

export interface EnclosureRules extends CageRules {
  /** True (the default) if the worker image contains device nodes. */
  readonly deviceNodes?: boolean;
}

export interface EnclosureOptions {
  /** Absolute path of runc. */
  readonly runc: string;
  /** Called for each new container. */
  readonly rules?: () => EnclosureRules;
}

export interface Enclosures {
  readonly enclose: Enclose;
  /** Deletes the files that they share. Call it after all of them have ended. */
  remove(): Promise<void>;
}

/** Cages for the containers of the local Azure, each with its own root file system. */
export async function makeEnclosures(options: EnclosureOptions): Promise<Enclosures> {
  const { runc } = options;
  const image = await mkdtemp(join(tmpdir(), 'patchwright-worker-'));
  await makeWorkerFiles(image);
  return {
    async enclose({ command, args, cwd, env }, { path }) {
      const { deviceNodes = true, ...rules } = options.rules?.() ?? {};
      const bundle = await makeCageBundle({
        ...rules,
        ...{ runc, cwd, env },
        ...(deviceNodes && { image }),
        folder: join(path, 'cage'),
        command: [command, ...args],
      });
      return {
        next: () => ({ command: runc, args: bundle.runArguments(), cwd, env: runcEnvironment() }),
        remove: () => bundle.remove(),
      };
    },
    remove: () => rm(image, { recursive: true }),
  };
}

/**
 * Returns undefined if a container of this machine can be enclosed and has these files, else the reason
 * in one line. Root and runc are not enough, because mount(2) may be refused.
 */
export async function whyNoEnclosure(
  { enclose }: Enclosures,
  files: readonly string[],
): Promise<string | undefined> {
  const path = await mkdtemp(join(tmpdir(), 'patchwright-trial-'));
  const look = 'for file do test -e "$file" || { echo "no $file in it"; exit 1; }; done';
  try {
    const env = { PATH: process.env.PATH ?? '' };
    const args = ['-c', look, 'sh', ...files, path];
    const enclosure = await enclose({ command: '/bin/sh', args, cwd: '/', env }, { path });
    try {
      const { exitCode, stdout, stderr } = await runToExit({
        ...enclosure.next(),
        timeoutMs: TRIAL_MS,
      });
      return exitCode === 0 ? undefined : oneLine(stderr || stdout || `exit code ${exitCode}`);
    } finally {
      await enclosure.remove();
    }
  } catch (error) {
    return oneLine(error instanceof Error ? error.message : String(error));
  } finally {
    await rm(path, { recursive: true });
  }
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s+/g, ' ').slice(0, 300);
}

/** The environment of runc itself, without the container's. */
function runcEnvironment(): Record<string, string> {
  return { PATH: process.env.PATH ?? '' };
}
