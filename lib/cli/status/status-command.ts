import { readStatus, type Status } from '../../history/status.ts';
import { TargetState } from '../../pipeline/records/target-states.ts';
import { type Command, ONE_RESULT } from '../command.ts';
import { ExitCode } from '../exit-code.ts';
import { labeled, runSummary } from '../runs/run-summary.ts';
import { STORAGE_OPTIONS, withStorage } from '../storage/open-storage.ts';
import { openPage, WEB_OPTIONS } from '../web/open-page.ts';
import { exposureFacts } from './exposure-facts.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'Show the last run, the active runs, and the images summed up.',
  about: [],
  options: [...STORAGE_OPTIONS, ...WEB_OPTIONS],
  operands: [],
  examples: ['status'],
  outputs: ONE_RESULT,
  async run(invocation, context) {
    if (invocation.flag('web')) return openPage(statusCommand, invocation, context, '');
    const status = await withStorage(invocation, context, ({ history }) =>
      readStatus(history, context.clock.now()),
    );
    if (invocation.output === 'json') {
      const document = { version: 1, command: 'status', ...status };
      context.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
      return ExitCode.ok;
    }
    const { lastRun, activeRuns } = status;
    const runs = [...activeRuns, ...(lastRun === null ? [] : [lastRun])];
    const lines = runs.flatMap((run) => [...runSummary(run, context), '']);
    context.stdout.write(
      `${[...(lines.length === 0 ? ['No run is recorded.', ''] : lines), 'images', ...labeled(factsOf(status, context.clock.now()), context)].join('\n')}\n`,
    );
    return ExitCode.ok;
  },
};

function factsOf(status: Status, now: Date): readonly (readonly [string, string | null])[] {
  const states = TargetState.options.flatMap((state) => {
    const count = status.byState[state] ?? 0;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  const { findings, findingsWithPatches: patched, countsUnknown, openFixable } = status;
  const told = ({ critical, high, fixable }: Status['findings']) =>
    `${critical} critical, ${high} high, ${fixable} fixable`;
  return [
    ['in policy', `${status.images}${states.length === 0 ? '' : `: ${states.join(', ')}`}`],
    ['unknown', countsUnknown === 0 ? null : `${countsUnknown}: no scan tells their findings`],
    ['as tagged', told(findings)],
    ['as patched', told(patched)],
    ['open', `${openFixable} with fixable findings and no patch that fixes them all`],
    ...exposureFacts(status, now),
    ['counted', status.complete ? null : 'the first 50,000 images only'],
  ];
}
