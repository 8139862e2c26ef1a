import { randomBytes } from 'node:crypto';
import { printable } from '../../image/printable.ts';
import type { CliContext } from '../cli-context.ts';
import type { Command, Invocation } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { type Progress, startProgress } from '../progress.ts';
import { settingsFrom } from '../settings-source.ts';
import type { Check, CheckContext } from './check.ts';
import { CHECKS } from './checks.ts';
import { type DoctorReport, overall, reportJson, reportTable } from './doctor-report.ts';
import { type Opened, openInspection } from './open-inspection.ts';
import type { CheckResult, Outcome } from './outcome.ts';
import { type RunnableCheck, runChecks } from './run-checks.ts';

const CONCURRENCY = 6;
const LIMIT_SECONDS = 60;
const LONGEST_TEXT = 4000;

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check that everything the app needs is there and may be used.',
  about: [
    'Checks the settings, storage, the registry, the policy, the worker images, the vulnerability',
    'database and container groups, each with what to do where it fails. What it writes to find out',
    'it takes away again. In Azure it asks with the app’s identity; elsewhere with whoever is signed',
    'in ("az login").',
  ],
  options: [
    {
      name: 'probe',
      about: 'also create and delete one container group of each kind, and see whether mounts work',
    },
  ],
  operands: [],
  run: doctor,
};

async function doctor(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const settings = await settingsFrom(context, invocation.value('settings'));
  const probed = invocation.flag('probe');
  // Only App Service gives an identity endpoint: elsewhere the app's identity can't be had.
  const identity = context.environment.IDENTITY_ENDPOINT === undefined ? 'signed-in' : 'app';
  const progress = startProgress(context);
  const startedAt = context.clock.now();
  const results = await examine(openInspection(settings, { identity, delays: context.delays }), {
    checks: CHECKS.filter((check) => probed || check.probe !== true),
    context,
    progress,
  }).finally(() => progress.end());
  const report: DoctorReport = {
    startedAt,
    finishedAt: context.clock.now(),
    identity,
    probed,
    interrupted: context.stop.aborted,
    results: results.map(shown),
  };
  context.stdout.write(
    invocation.output === 'json' ? reportJson(report) : reportTable(report, terminalOf(context)),
  );
  if (report.interrupted) return ExitCode.interrupted;
  return overall(results) === 'fail' ? ExitCode.checkFailed : ExitCode.ok;
}

function examine(
  opened: Opened,
  options: {
    readonly checks: readonly Check[];
    readonly context: CliContext;
    readonly progress: Progress;
  },
): Promise<readonly CheckResult[]> {
  const { checks, context, progress } = options;
  const { clock, sleep, stop } = context;
  const runnable = opened.ok
    ? checks.map((check) => bound(check, contextOf(opened.inspection, context, progress)))
    : checks.map((check) => withoutSettings(check, opened.outcome));
  return runChecks(runnable, {
    concurrency: CONCURRENCY,
    clock,
    sleep,
    stop,
    onChange: (running, ended) => {
      const more = running.length > 1 ? ` and ${running.length - 1} more` : '';
      if (running.length === 0) return;
      progress.tell(`${ended} of ${checks.length} checks: ${running[0] ?? ''}${more}`);
    },
  });
}

function contextOf(
  inspection: Extract<Opened, { ok: true }>['inspection'],
  { sleep, stop }: CliContext,
  progress: Progress,
): CheckContext {
  return {
    ...inspection,
    newId: () => randomBytes(6).toString('hex'),
    sleep,
    stop,
    tell: progress.tell,
  };
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

/** Where the settings are faulty there is nothing to look at anything with. */
function withoutSettings({ id, title }: Check, outcome: Outcome): RunnableCheck {
  const needs = id === 'settings' ? [] : ['settings'];
  return { id, title, needs, limitSeconds: 1, cleansUp: false, run: async () => outcome };
}

/** Texts of foreign origin (a registry's, Azure's, a policy's) on one line and in bounds. */
function shown(result: CheckResult): CheckResult {
  return { ...result, detail: printable(result.detail, LONGEST_TEXT) };
}

function terminalOf({ stdout, environment }: CliContext): Parameters<typeof reportTable>[1] {
  const { NO_COLOR, TERM } = environment;
  return {
    colour: stdout.isTerminal && !NO_COLOR && TERM !== 'dumb',
    columns: stdout.isTerminal ? stdout.columns : undefined,
  };
}
