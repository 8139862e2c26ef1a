import type { Clock } from '../clock.ts';
import type { Delays } from '../http/delays.ts';
import type { Sleep } from '../sleep.ts';

/** Where text goes. */
export interface TextSink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Characters to a line; only of a terminal. */
  readonly columns?: number | undefined;
}

/** Everything of the outside that the command line uses, passed in so that tests own it. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly readFile: (path: string) => Promise<string>;
  readonly clock: Clock;
  /** Between the tries of a request. */
  readonly delays: Delays;
  readonly sleep: Sleep;
  /** Aborted by the first Ctrl+C: commands clean up and end. */
  readonly stop: AbortSignal;
}
