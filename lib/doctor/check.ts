import type { App } from '../app.ts';
import type { Sleep } from '../sleep.ts';
import type { Outcome } from './outcome.ts';

/** Everything that a check may use. */
export interface CheckContext extends App {
  /** A new id of lower-case letters and digits, for what a check creates and deletes again. */
  readonly newId: () => string;
  readonly sleep: Sleep;
  /** Aborted by Ctrl+C. */
  readonly stop: AbortSignal;
  /** Shows the progress of a long check. */
  readonly tell: (text: string) => void;
}

/** A check of one condition. */
export interface Check {
  /** Public and stable, because scripts and docs use it. */
  readonly id: string;
  /** The condition, for docs/cli.md and the progress line. */
  readonly title: string;
  /** Checks that must pass first, because this one would only repeat their failure. */
  readonly needs: readonly string[] | ((context: CheckContext) => readonly string[]);
  /** Time limit, after which the check fails. Default: 60 seconds. */
  readonly limitSeconds?: number;
  /** Runs only with `--probe`. */
  readonly probe?: true;
  /** Must clean up after an interruption, so the runner waits for it. */
  readonly cleansUp?: true;
  /** May throw the errors of adapters; `explainFailure` adds the advice. */
  readonly run: (context: CheckContext) => Promise<Outcome>;
}
