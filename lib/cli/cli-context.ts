import type { Clock } from '../clock.ts';
import type { Delays } from '../http/delays.ts';
import type { Sleep } from '../sleep.ts';

/** An output stream. */
export interface TextSink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Width in characters, if it is a terminal. */
  readonly columns?: number | undefined;
}

/** Everything external that the command line uses, passed in so that tests control it. */
export interface CliContext {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The person's name on this machine, for the rows of what they do. */
  readonly user: string;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly readFile: (path: string) => Promise<string>;
  /** The content piece by piece. Fails at the first piece if there is no such file. */
  readonly openFile: (path: string) => AsyncIterable<Uint8Array>;
  /** The file appears when it is complete. */
  readonly writeFile: (path: string, chunks: AsyncIterable<Uint8Array>) => Promise<void>;
  readonly clock: Clock;
  /** Used between the retries of a request. */
  readonly delays: Delays;
  readonly sleep: Sleep;
  /** Opens an address in the person's browser. False if there is none. */
  readonly openBrowser: (url: string) => Promise<boolean>;
  /** Aborted by the first Ctrl+C. Commands then clean up and end. */
  readonly stop: AbortSignal;
}
