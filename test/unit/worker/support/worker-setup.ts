import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { createJsonLog } from '../../../../worker/context/json-log.ts';
import { SecretMask } from '../../../../worker/context/secret-mask.ts';
import type { WorkerContext } from '../../../../worker/context/worker-context.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { toolPath } from './fake-tools.ts';

export interface WorkerSetup {
  readonly context: WorkerContext;
  readonly clock: ManualClock;
  readonly stop: AbortController;
  /** Lines that the worker logged. */
  readonly logged: string[];
  readonly tools: string;
  readonly jobFolder: string;
  readonly base: string;
  /** Returns the text that a fake tool wrote under this name, or '' if it wrote none. */
  mark(name: string): Promise<string>;
  writeJob(job: unknown, config?: unknown): Promise<void>;
}

/** Waits short delays in real time and makes time limits practically endless. */
async function patientSleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const wait = milliseconds > 9000 ? 60_000 : milliseconds;
  await setTimeout(wait, undefined, { ...options, ref: false }).catch(() => undefined);
}

const pem = (kind: string, line: string) =>
  `-----BEGIN ${kind}-----\n${line}\n-----END ${kind}-----\n`;

/** The files have only the form of certificates and keys. */
export const KEY_LINE = 'bGluZS1vZi10aGUta2V5LW9mLXRoZS13b3JrZXI';
const buildkitFiles = {
  'buildkit-ca.pem': pem('CERTIFICATE', 'authority'),
  'buildkit-cert.pem': pem('CERTIFICATE', 'certificate'),
  'buildkit-key.pem': pem('PRIVATE KEY', KEY_LINE),
};

/** Creates a worker context in a temporary folder, with empty folders for tools and its job. */
export async function setUpWorker(changes: Partial<WorkerContext> = {}): Promise<WorkerSetup> {
  const base = await mkdtemp(join(tmpdir(), 'pw-worker-'));
  onTestFinished(() => rm(base, { recursive: true, force: true }));
  const tools = join(base, 'tools');
  const jobFolder = join(base, 'job');
  const scratch = join(base, 's');
  for (const folder of [tools, jobFolder, scratch]) await mkdir(folder);

  const clock = new ManualClock();
  const stop = new AbortController();
  const secrets = new SecretMask();
  const logged: string[] = [];
  const log = createJsonLog({ clock, secrets, write: (line) => logged.push(line) });
  const context: WorkerContext = {
    environment: { PATH: toolPath(tools), PATCHWRIGHT_JOB_FOLDER: jobFolder },
    clock,
    sleep: patientSleep,
    random: () => 0.5,
    fetch,
    spawn,
    trust: () => undefined,
    log,
    secrets,
    scratch,
    stop: stop.signal,
    ...changes,
  };
  return {
    context,
    clock,
    stop,
    logged,
    tools,
    jobFolder,
    base,
    mark: (name) => readFile(join(base, name), 'utf8').catch(() => ''),
    async writeJob(job, config) {
      await writeFile(join(jobFolder, 'job.json'), JSON.stringify(job));
      await writeFile(join(jobFolder, 'config.json'), JSON.stringify(config ?? { auths: {} }));
      for (const [name, text] of Object.entries(buildkitFiles)) {
        await writeFile(join(jobFolder, name), text);
      }
    },
  };
}

/** Reads until another process has written something. */
export async function eventually(read: () => Promise<string>): Promise<string> {
  for (;;) {
    const found = await read();
    if (found !== '') return found;
    await setTimeout(10);
  }
}
