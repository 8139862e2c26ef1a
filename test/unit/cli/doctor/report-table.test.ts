import { describe, expect, it } from 'vitest';
import { reportTable } from '../../../../lib/cli/doctor/report-table.ts';
import type { DoctorReport } from '../../../../lib/doctor/doctor-report.ts';
import {
  type CheckResult,
  fail,
  type Outcome,
  pass,
  skipped,
  warn,
} from '../../../../lib/doctor/outcome.ts';

const PLAIN = { color: false, columns: undefined };

function result(id: string, outcome: Outcome): CheckResult {
  return { id, title: id, seconds: 1, ...outcome };
}

function report(
  results: readonly CheckResult[],
  changes: Partial<DoctorReport> = {},
): DoctorReport {
  return {
    startedAt: new Date('2026-11-23T02:00:00Z'),
    finishedAt: new Date('2026-11-23T02:00:01.25Z'),
    identity: 'app',
    probed: true,
    interrupted: false,
    results,
    ...changes,
  };
}

const linesOf = (...args: Parameters<typeof report>) =>
  reportTable(report(...args), PLAIN)
    .trimEnd()
    .split('\n');

describe('reportTable', () => {
  it('shows checks that were skipped for one reason in one line', () => {
    const skip = ['a', 'b', 'c', 'd'].map((id) => result(id, skipped('not checked')));

    expect(linesOf([result('settings', fail('1 fault', 'mend it')), ...skip]).slice(0, 3)).toEqual([
      '✗ settings  1 fault',
      '            → mend it',
      '- 4 checks  not checked',
    ]);
    expect(linesOf([...skip.slice(1), result('e', skipped('not needed'))]).slice(0, 4)).toEqual([
      '- b  not checked',
      '- c  not checked',
      '- d  not checked',
      '- e  not needed',
    ]);
  });

  it('shows a line for each check, and its faults and advice below it', () => {
    const several = { ...fail('2 faults', 'mend both'), faults: ['one', 'two'] };

    expect(
      linesOf([
        result('settings', pass('well')),
        result('policy', several),
        result('disk', warn('small', 'grow it')),
        result('x', skipped('not checked')),
      ]),
    ).toEqual([
      '✓ settings  well',
      '✗ policy    2 faults',
      '            • one',
      '            • two',
      '            → mend both',
      '! disk      small',
      '            → grow it',
      '- x         not checked',
      '',
      '1 passed, 1 warning, 1 failed, 1 skipped in 1.3 s',
      'Next: fix the first failure and run the command again.',
    ]);
  });

  it('wraps lines to the width of a terminal', () => {
    const text = reportTable(report([result('a', fail('one two three', 'four five six'))]), {
      color: false,
      columns: 14,
    });

    expect(text.split('\n').slice(0, 4)).toEqual([
      '✗ a  one two',
      '     three',
      '     → four',
      '     five six',
    ]);
  });

  it('colors only the marks', () => {
    const text = reportTable(report([result('a', pass('well'))]), { color: true, columns: 80 });

    expect(text).toContain('\u001b[32m✓\u001b[39m a  well\n');
  });

  it('names several warnings as such', () => {
    const warned = ['a', 'b'].map((id) => result(id, warn('x', 'y')));

    expect(linesOf(warned).slice(-2)).toEqual([
      '0 passed, 2 warnings in 1.3 s',
      'Next: read the warnings, marked with "!".',
    ]);
  });

  it.each<readonly [string, readonly CheckResult[], Partial<DoctorReport>, string]>([
    ['nothing after a probe that passed', [], {}, '0 passed in 1.3 s'],
    ['a probe', [], { probed: false }, 'Next: run "patchwright doctor --probe"'],
    ['another run after an interruption', [], { interrupted: true }, 'Interrupted: '],
    [
      'another run, also after a failure',
      [result('b', fail('x', 'y'))],
      { interrupted: true },
      'Interrupted: ',
    ],
  ])('says what comes next: %s', (_, more, changes, last) => {
    const results = [result('a', skipped('')), ...more];

    expect(linesOf(results, changes).at(-1)).toContain(
      last.replace('0 passed', '0 passed, 1 skipped'),
    );
  });

  it('says whose rights were checked if it was a person', () => {
    const remark = /^The rights of the account signed in here were checked/;
    const identity = (outcome: Outcome) => [result('identity', outcome)];

    expect(linesOf(identity(pass('')), { identity: 'signed-in' }).at(-1)).toMatch(remark);
    expect(linesOf(identity(pass(''))).at(-1)).not.toMatch(remark);
    expect(linesOf(identity(fail('x', 'y')), { identity: 'signed-in' }).join()).not.toMatch(remark);
  });
});
