import { PoisonName, replayPoison } from '../../pipeline/upkeep/replay-poison.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const poisonReplayCommand: Command = {
  name: 'poison replay',
  summary: 'Send such a message again.',
  about: [
    'NAME is one that "poison list" prints. If the message fails again, it is kept again. The account',
    'signed in here needs Storage Queue Data Message Sender and Storage Blob Data Contributor.',
  ],
  options: STORAGE_OPTIONS,
  operands: ['NAME'],
  examples: ['poison replay patchwright-runs/20261123T020000Z-failed-1.json'],
  outputs: ONE_RESULT,
  run: (invocation, context) =>
    withStorage(invocation, context, async ({ services, address }) => {
      const name = PoisonName.safeParse(invocation.operands[0]);
      if (!name.success) {
        throw new UsageError('NAME must be one that "patchwright poison list" prints');
      }
      const replayed = await replayPoison({ ...services, log: SILENT }, name.data);
      if (replayed === 'no-such-message') {
        throw new CliError(`there is no poison message ${name.data}`, {
          where: address,
          whatToDo: 'patchwright poison list',
          exitCode: ExitCode.notFound,
        });
      }
      if (replayed === 'not-a-message') {
        throw new CliError('no function can process this message', {
          where: `patchwright-reports/poison/${name.data}`,
          whatToDo: `az storage blob download --auth-mode login --container-name patchwright-reports --name poison/${name.data}`,
        });
      }
      context.stdout.write(
        invocation.output === 'json'
          ? `${JSON.stringify({ version: 1, command: 'poison replay', name: name.data })}\n`
          : 'The message is sent again.\nNext: patchwright runs list\n',
      );
      return ExitCode.ok;
    }),
};
