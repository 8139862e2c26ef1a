import * as z from 'zod';
import { PoisonName, replayPoison } from '../../pipeline/upkeep/replay-poison.ts';
import { actByApp } from '../app/act-by-app.ts';
import { appOption } from '../app/app-option.ts';
import { APP_INSTEAD } from '../app/app-option-spec.ts';
import type { CliContext } from '../cli-context.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { type Command, type Invocation, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const Replayed = z.looseObject({ name: PoisonName });

export const poisonReplayCommand: Command = {
  name: 'poison replay',
  summary: 'Send such a message again.',
  about: [
    'NAME is one that "poison list" prints. If the message fails again, it is kept again. The account',
    'signed in here needs Storage Queue Data Message Sender and Storage Blob Data Contributor. With',
    '--app the app does it; PATCHWRIGHT_FUNCTION_KEY or PATCHWRIGHT_TOKEN signs in there.',
  ],
  options: [...STORAGE_OPTIONS, APP_INSTEAD],
  operands: ['NAME'],
  examples: [
    'poison replay patchwright-runs/20261123T020000Z-failed-1.json',
    'poison replay NAME --app https://NAME.azurewebsites.net',
  ],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    const name = PoisonName.safeParse(invocation.operands[0]);
    if (!name.success) {
      throw new UsageError('NAME must be one that "patchwright poison list" prints');
    }
    const app = appOption(invocation, context.environment);
    if (app === undefined) {
      await replayFromHere(name.data, invocation, context);
    } else {
      const path = '/api/poison/replay' as const;
      const whatToDo = 'patchwright poison list';
      const action = {
        path,
        body: { name: name.data },
        success: 202,
        answer: Replayed,
        whatToDo,
      } as const;
      if ((await actByApp(app, action, context)) === undefined) return ExitCode.interrupted;
    }
    context.stdout.write(
      invocation.output === 'json'
        ? `${JSON.stringify({ version: 1, command: 'poison replay', name: name.data })}\n`
        : 'The message is sent again.\nNext: patchwright runs list\n',
    );
    return ExitCode.ok;
  },
};

function replayFromHere(name: string, invocation: Invocation, context: CliContext): Promise<void> {
  return withStorage(invocation, context, async ({ services, address }) => {
    const replayed = await replayPoison({ ...services, log: SILENT }, name);
    if (replayed === 'no-such-message') {
      throw new CliError(`there is no poison message ${name}`, {
        where: address,
        whatToDo: 'patchwright poison list',
        exitCode: ExitCode.notFound,
      });
    }
    if (replayed === 'not-a-message') {
      throw new CliError('no function can process this message', {
        where: `patchwright-reports/poison/${name}`,
        whatToDo: `az storage blob download --auth-mode login --container-name patchwright-reports --name poison/${name}`,
      });
    }
  });
}
