import type { Inspection } from '../app.ts';
import type { Sleep } from '../sleep.ts';
import type { Outcome } from './outcome.ts';

/** What a check may use. */
export interface CheckContext extends Inspection {
  /** A fresh id of lower-case letters and digits, for what a check makes and takes away again. */
  readonly newId: () => string;
  readonly sleep: Sleep;
  /** Aborted by Ctrl+C. */
  readonly stop: AbortSignal;
  /** Says on the progress line how far a long check is. */
  readonly tell: (text: string) => void;
}

/** One thing that has to be so. */
export interface Check {
  /** Public and stable: scripts and docs name it. */
  readonly id: string;
  /** What is looked at, for docs/cli.md and the progress line. */
  readonly title: string;
  /** Checks without which this one would only repeat their failure. */
  readonly needs: readonly string[] | ((context: CheckContext) => readonly string[]);
  /** After so long it counts as failed; 60 seconds by default. */
  readonly limitSeconds?: number;
  /** Only with `--probe`. */
  readonly probe?: true;
  /** Has something to take away when it is interrupted, so it is waited for. */
  readonly cleansUp?: true;
  /** Failures of adapters may be thrown: `explainFailure` knows what to do about them. */
  readonly run: (context: CheckContext) => Promise<Outcome>;
}
