import { findRun } from '../../history/find-run.ts';
import { cancelRun } from '../../pipeline/cancellation.ts';
import { CliError } from '../cli-error.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

export const runsCancelCommand: Command = {
  name: 'runs cancel',
  summary: 'Ask a run to end.',
  about: [
    'Images that are not done end "canceled". A patch whose tag is reserved is published first. The',
    'account signed in here needs Storage Table Data Contributor and Storage Queue Data Message Sender.',
  ],
  options: STORAGE_OPTIONS,
  operands: ['RUN'],
  examples: ['runs cancel latest && patchwright runs watch latest'],
  outputs: ONE_RESULT,
  run: (invocation, context) =>
    withStorage(invocation, context, async ({ history, services, address }) => {
      const [name = ''] = invocation.operands;
      const run = named('run', name, await findRun(history, name), address);
      const by = `command line (${context.user})`;
      if (!(await cancelRun({ ...services, log: SILENT }, run.id, by))) {
        throw new CliError(`run ${run.id} has ended: it is ${run.state}`, {
          where: address,
          whatToDo: `patchwright runs show ${run.id}`,
        });
      }
      context.stdout.write(
        invocation.output === 'json'
          ? `${JSON.stringify({ version: 1, command: 'runs cancel', runId: run.id })}\n`
          : `run ${run.id} is asked to end\nNext: patchwright runs watch ${run.id}\n`,
      );
      return ExitCode.ok;
    }),
};
