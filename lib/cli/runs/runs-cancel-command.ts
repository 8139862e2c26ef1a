import * as z from 'zod';
import { findRun } from '../../history/find-run.ts';
import { cancelRun } from '../../pipeline/cancellation.ts';
import { RunId } from '../../pipeline/records/run-id.ts';
import { actByApp } from '../app/act-by-app.ts';
import { type AppAddress, appOption } from '../app/app-option.ts';
import { APP_INSTEAD } from '../app/app-option-spec.ts';
import { runIdByApp } from '../app/run-id-by-app.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError } from '../cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const Named = z.looseObject({ runId: RunId });

export const runsCancelCommand: Command = {
  name: 'runs cancel',
  summary: 'Ask a run to end.',
  about: [
    'Images that are not done end "canceled". A patch whose tag is reserved is published first. The',
    'account signed in here needs Storage Table Data Contributor and Storage Queue Data Message Sender.',
    'With --app the app does it; PATCHWRIGHT_FUNCTION_KEY or PATCHWRIGHT_TOKEN signs in there.',
  ],
  options: [...STORAGE_OPTIONS, APP_INSTEAD],
  operands: ['RUN'],
  examples: [
    'runs cancel latest && patchwright runs watch latest',
    'runs cancel latest --app https://NAME.azurewebsites.net',
  ],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    const app = appOption(invocation, context.environment);
    const runId = await (app === undefined
      ? cancelFromHere(invocation, context)
      : cancelByApp(app, invocation.operands[0] ?? '', context));
    if (runId === undefined) return ExitCode.interrupted;
    context.stdout.write(
      invocation.output === 'json'
        ? `${JSON.stringify({ version: 1, command: 'runs cancel', runId })}\n`
        : `run ${runId} is asked to end\nNext: patchwright runs watch ${runId}${app === undefined ? '' : ` --app ${app.origin}`}\n`,
    );
    return ExitCode.ok;
  },
};

function cancelFromHere(invocation: Invocation, context: CliContext): Promise<string> {
  return withStorage(invocation, context, async ({ history, services, address }) => {
    const [name = ''] = invocation.operands;
    const run = named('run', name, await findRun(history, name), address);
    const by = `command line (${context.user})`;
    if (await cancelRun({ ...services, log: SILENT }, run.id, by)) return run.id;
    throw new CliError(`run ${run.id} has ended: it is ${run.state}`, {
      where: address,
      whatToDo: `patchwright runs show ${run.id}`,
    });
  });
}

/** The app cancels by the whole id alone, so "latest" and beginnings are looked up first. */
async function cancelByApp(
  app: AppAddress,
  name: string,
  context: CliContext,
): Promise<string | undefined> {
  const whole = RunId.safeParse(name).data;
  const run = whole ?? (await runIdByApp(app, name, context));
  if (run === undefined) return undefined;
  const canceled = await actByApp(
    app,
    {
      path: `/api/runs/${run}/cancel`,
      body: {},
      success: 202,
      answer: Named,
      whatToDo: 'patchwright runs list',
    },
    context,
  );
  return canceled?.runId;
}
