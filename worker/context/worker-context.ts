import type { spawn } from 'node:child_process';
import type { Clock } from '../../lib/clock.ts';
import type { Log } from '../../lib/log.ts';
import type { Sleep } from '../../lib/sleep.ts';
import type { SecretMask } from './secret-mask.ts';

/** The worker's external dependencies, which tests replace. */
export interface WorkerContext {
  /** The process's own variables. Children inherit only a few, see `tool-environment.ts`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** A number from 0 up to, but not including, 1, for back-off. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
  readonly spawn: typeof spawn;
  /** Makes this process trust additional certificate authorities, in PEM. */
  readonly trust: (certificates: string) => void;
  readonly log: Log;
  /** Secrets that must never be logged or stored. Filled as they become known. */
  readonly secrets: SecretMask;
  /** A private folder of this process. */
  readonly scratch: string;
  /** Aborted on SIGTERM or SIGINT, or on an unexpected error. */
  readonly stop: AbortSignal;
}
