import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { systemClock } from '../lib/clock.ts';
import { systemSleep } from '../lib/sleep.ts';
import { createJsonLog } from './context/json-log.ts';
import { SecretMask } from './context/secret-mask.ts';
import { dropRights } from './rights/drop-rights.ts';
import { runWorker } from './run-worker.ts';
import { errorMessage } from './tools/failure-message.ts';

/**
 * The program of a container group: `worker.cjs scan`, `patch` or `probe`. It always exits with 0,
 * since Azure may restart a container after any other exit code. The result blob has the outcome.
 */
async function main(): Promise<void> {
  const secrets = new SecretMask();
  const log = createJsonLog({
    clock: systemClock,
    secrets,
    write: (line) => process.stdout.write(line),
  });
  const stop = new AbortController();
  process.on('SIGTERM', () => stop.abort());
  process.on('SIGINT', () => stop.abort());
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.error('The worker failed.', { reason: errorMessage(error, secrets) });
      stop.abort();
    });
  }

  let scratch: string | undefined;
  try {
    scratch = await mkdtemp(join(tmpdir(), 'patchwright-'));
    const dropped = await dropRights(process.env, scratch, process);
    if (!dropped.ok) throw new Error(dropped.fault);
    await runWorker(
      {
        environment: dropped.value,
        clock: systemClock,
        sleep: systemSleep,
        random: () => Math.random(),
        fetch,
        spawn,
        trust: trustAlso,
        log,
        secrets,
        scratch,
        stop: stop.signal,
      },
      process.argv[2],
    );
  } catch (error) {
    log.error('The worker failed.', { reason: errorMessage(error, secrets) });
  } finally {
    if (scratch !== undefined) await removeScratch(scratch);
  }
  process.exit(0);
}

function trustAlso(certificates: string): void {
  const added = certificates.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  setDefaultCACertificates([...getCACertificates('default'), ...(added ?? [])]);
}

/** Cleans up if the worker runs as a process. A container's file system is deleted with it. */
async function removeScratch(scratch: string): Promise<void> {
  await rm(scratch, { recursive: true, force: true }).catch(() => undefined);
}

void main();
