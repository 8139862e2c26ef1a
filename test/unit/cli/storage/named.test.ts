import { expect, it } from 'vitest';
import { CliError } from '../../../../lib/cli/cli-error.ts';
import { ExitCode } from '../../../../lib/cli/exit-code.ts';
import { named } from '../../../../lib/cli/storage/named.ts';
import type { Found } from '../../../../lib/history/found.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';

const runId = RunId.parse('20260823T020000Z-14f7');
const archive = {
  ...{ runId, blob: `runs/${runId}.jsonl.gz`, sha256: 'ab12', bytes: 1, rows: 2 },
  archivedAt: new Date('2026-11-25T08:00:00Z'),
};

it('returns the item that was found', () => {
  expect(named('run', 'latest', { found: 'one', item: 7 }, 'account')).toBe(7);
});

it.each<[string, Found<never>, RegExp, RegExp]>([
  ['nothing', { found: 'none', nearest: ['a:1'] }, /there is no run "x"/, /did you mean a:1/],
  ['several', { found: 'several', names: ['x1', 'x2'] }, /several runs/, /name one of x1, x2/],
  [
    'an archived run',
    { found: 'none', nearest: [], archive },
    /run 20260823T020000Z-14f7 is archived: .*ab12/,
    /^az storage blob download .* --name runs\/20260823T020000Z-14f7\.jsonl\.gz/,
  ],
])('fails for a name of %s with a command that goes on', (_, found, says, whatToDo) => {
  const failure = failureOf(() => named('run', 'x', found, 'account'));

  expect(failure.message).toMatch(says);
  expect(failure.whatToDo).toMatch(whatToDo);
  expect(failure.exitCode).toBe(ExitCode.notFound);
});

function failureOf(act: () => unknown): CliError {
  try {
    act();
  } catch (error) {
    if (error instanceof CliError) return error;
  }
  throw new Error('it did not fail as a command does');
}
