import { randomBytes } from 'node:crypto';
import type { App, IdentityChoice } from '../app.ts';
import type { Clock } from '../clock.ts';
import type { Delays } from '../http/delays.ts';
import type { Sleep } from '../sleep.ts';
import { plainText } from '../text/plain-text.ts';
import type { Check, CheckContext } from './check.ts';
import type { DoctorReport } from './doctor-report.ts';
import { openApp } from './open-app.ts';
import type { CheckResult, Outcome } from './outcome.ts';
import { type RunnableCheck, runChecks } from './run-checks.ts';

const CONCURRENCY = 6;
const LIMIT_SECONDS = 60;
const LONGEST_TEXT = 4000;

export interface Examination {
  readonly checks: readonly Check[];
  readonly identity: IdentityChoice;
  readonly clock: Clock;
  readonly sleep: Sleep;
  /** Used between the retries of a request. */
  readonly delays?: Delays;
  /** Ends the checks early, after they have cleaned up. */
  readonly stop: AbortSignal;
  /** Time limit for all checks. A check that has not ended by then fails. */
  readonly limitSeconds?: number;
  /** Shows the progress. */
  readonly tell: (text: string) => void;
}

/** Runs these checks with these settings. Never throws. */
export async function examine(
  settings: Readonly<Record<string, string | undefined>>,
  examination: Examination,
): Promise<DoctorReport> {
  const { checks, identity, clock, delays, stop } = examination;
  const startedAt = clock.now();
  const opened = openApp(settings, { identity, ...(delays && { delays }) });
  const runnable = opened.ok
    ? checks.map((check) => bound(check, contextOf(opened.app, examination)))
    : checks.map((check) => withoutSettings(check, opened.outcome));
  const results = await runAll(runnable, examination);
  return {
    startedAt,
    finishedAt: clock.now(),
    identity,
    probed: checks.some(({ probe }) => probe === true),
    interrupted: stop.aborted,
    results: results.map(shown),
  };
}

function runAll(
  checks: readonly RunnableCheck[],
  { clock, sleep, stop, limitSeconds = Number.POSITIVE_INFINITY, tell }: Examination,
): Promise<readonly CheckResult[]> {
  return runChecks(checks, {
    concurrency: CONCURRENCY,
    limitSeconds,
    clock,
    sleep,
    stop,
    onChange: (running, ended) => {
      const more = running.length > 1 ? ` and ${running.length - 1} more` : '';
      if (running.length === 0) return;
      tell(`${ended} of ${checks.length} checks: ${running[0] ?? ''}${more}`);
    },
  });
}

function contextOf(app: App, { sleep, stop, tell }: Examination): CheckContext {
  return { ...app, newId: () => randomBytes(6).toString('hex'), sleep, stop, tell };
}

function bound(check: Check, context: CheckContext): RunnableCheck {
  return {
    id: check.id,
    title: check.title,
    needs: typeof check.needs === 'function' ? check.needs(context) : check.needs,
    limitSeconds: check.limitSeconds ?? LIMIT_SECONDS,
    cleansUp: check.cleansUp === true,
    run: () => check.run(context),
  };
}

/** Without valid settings no check can run: `settings` fails and the others are skipped. */
function withoutSettings({ id, title }: Check, outcome: Outcome): RunnableCheck {
  const needs = id === 'settings' ? [] : ['settings'];
  return { id, title, needs, limitSeconds: 1, cleansUp: false, run: async () => outcome };
}

/** Sanitizes texts that may quote untrusted content of a registry, of Azure or of a policy. */
function shown(result: CheckResult): CheckResult {
  const detail = plainText(result.detail, LONGEST_TEXT);
  if (result.status !== 'fail' || result.faults === undefined) return { ...result, detail };
  return {
    ...result,
    detail,
    faults: result.faults.map((fault) => plainText(fault, LONGEST_TEXT)),
  };
}
