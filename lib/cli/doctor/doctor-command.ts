import { CHECKS } from '../../doctor/checks.ts';
import { type DoctorReport, overall, reportJson } from '../../doctor/doctor-report.ts';
import { examine } from '../../doctor/examine.ts';
import { identityIn } from '../../doctor/examine-self.ts';
import { appOption } from '../app/app-option.ts';
import type { CliContext } from '../cli-context.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { startProgress } from '../progress.ts';
import { appSettingsFrom } from '../settings-source.ts';
import { ALL_CHECKS } from './all-checks.ts';
import { askApp } from './ask-app.ts';
import { reportTable } from './report-table.ts';

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'Check that everything the app needs exists and can be used.',
  about: [
    'Checks the settings, storage, the registry, the policy, the worker images, the vulnerability',
    'database and container groups, and says what to do about each failure. It deletes everything',
    'that it writes for a check. With --app the deployed app runs the checks, with its own identity',
    'and settings; the function key is read from PATCHWRIGHT_FUNCTION_KEY. Without --app the',
    'account that is signed in here is used ("az login").',
  ],
  options: [
    {
      name: 'app',
      value: 'URL',
      about: 'let the app at this address run the checks: https://NAME.azurewebsites.net',
    },
    {
      name: 'probe',
      about: 'also create and delete one container group of each kind, and test what it may do',
    },
  ],
  operands: [],
  examples: [
    'doctor --settings settings.json',
    'doctor --app https://NAME.azurewebsites.net',
    'doctor --probe',
  ],
  outputs: ONE_RESULT,
  run: doctor,
};

async function doctor(invocation: Invocation, context: CliContext): Promise<ExitCode> {
  const address = appOption(invocation, context.environment);
  const report =
    address === undefined
      ? await examineFromHere(invocation, context)
      : await withProgress(context, (tell) => {
          tell('the app runs its checks');
          return askApp(address, context);
        });
  if (report === undefined) return ExitCode.interrupted;
  context.stdout.write(
    invocation.output === 'json' ? reportJson(report) : reportTable(report, terminalOf(context)),
  );
  if (context.stop.aborted) return ExitCode.interrupted;
  return overall(report.results) === 'fail' ? ExitCode.checkFailed : ExitCode.ok;
}

async function examineFromHere(invocation: Invocation, context: CliContext): Promise<DoctorReport> {
  const settings = await appSettingsFrom(context, invocation.value('settings'));
  const { clock, delays, sleep, stop, environment } = context;
  const checks = invocation.flag('probe') ? ALL_CHECKS : CHECKS;
  const identity = identityIn(environment);
  return withProgress(context, (tell) =>
    examine(settings, { checks, identity, clock, delays, sleep, stop, tell }),
  );
}

async function withProgress<Result>(
  context: CliContext,
  work: (tell: (text: string) => void) => Promise<Result>,
): Promise<Result> {
  const progress = startProgress(context);
  return work(progress.tell).finally(() => progress.end());
}

function terminalOf({ stdout, environment }: CliContext): Parameters<typeof reportTable>[1] {
  const { NO_COLOR, TERM } = environment;
  return {
    color: stdout.isTerminal && !NO_COLOR && TERM !== 'dumb',
    columns: stdout.isTerminal ? stdout.columns : undefined,
  };
}
