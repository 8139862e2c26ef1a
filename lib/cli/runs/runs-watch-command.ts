import { findRun } from '../../history/find-run.ts';
import { runView } from '../../history/run-view.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { named } from '../storage/named.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { runSummary } from './run-summary.ts';
import { exitCodeOf, watchRun } from './watch-run.ts';

export const runsWatchCommand: Command = {
  name: 'runs watch',
  summary: 'Wait for the end of a run.',
  about: [
    'Ends with the run: status 0 if it is "completed", and 1 if it is anything else. RUN is an id, a',
    'beginning that only one run has, or "latest" (the default).',
  ],
  options: STORAGE_OPTIONS,
  operands: ['[RUN]'],
  examples: ['runs watch && echo "all images are fine"'],
  outputs: ONE_RESULT,
  run: (invocation, context) =>
    withStorage(invocation, context, async ({ history, address }) => {
      const name = invocation.operands[0] ?? 'latest';
      const found = named('run', name, await findRun(history, name), address);
      const run = await watchRun(history, found, context);
      if (run === undefined) return ExitCode.interrupted;
      const view = runView(run);
      context.stdout.write(
        invocation.output === 'json'
          ? `${JSON.stringify({ version: 1, command: 'runs watch', run: view }, null, 2)}\n`
          : `${runSummary(view, context).join('\n')}\n`,
      );
      return exitCodeOf(run);
    }),
};
