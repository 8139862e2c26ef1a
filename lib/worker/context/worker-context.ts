import type { spawn } from 'node:child_process';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Sleep } from '../../sleep.ts';
import type { SecretMask } from './secret-mask.ts';

/** Everything of the outside that the worker uses, passed in so that tests own it. */
export interface WorkerContext {
  /** The process's own variables. Children get a chosen few of them, see `tool-environment.ts`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** A number from 0 up to, but not including, 1, for back-off. */
  readonly random: () => number;
  readonly fetch: typeof globalThis.fetch;
  readonly spawn: typeof spawn;
  /** Makes this process trust more certificate authorities, PEM. */
  readonly trust: (certificates: string) => void;
  readonly log: Log;
  /** What must never be logged or stored. Filled as secrets become known. */
  readonly secrets: SecretMask;
  /** A folder of this process alone. */
  readonly scratch: string;
  /** Aborted when the container is told to end. */
  readonly stop: AbortSignal;
}
