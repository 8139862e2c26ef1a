import { expect, it } from 'vitest';
import { reportTable } from '../../../../lib/cli/doctor/report-table.ts';
import { failEach, type pass } from '../../../../lib/doctor/outcome.ts';

const AT = new Date('2026-11-23T02:00:00Z');
const REPORT = {
  startedAt: AT,
  finishedAt: AT,
  identity: 'app',
  probed: true,
  interrupted: false,
} as const;
const SETTINGS = { id: 'settings', title: 'The settings', seconds: 0 };

function linesOf(outcome: ReturnType<typeof pass>, columns?: number): string[] {
  const results = [{ ...SETTINGS, ...outcome }];
  return reportTable({ ...REPORT, results }, { color: false, columns }).split('\n');
}

it('shows several faults one a line, below their number and above the advice', () => {
  const outcome = failEach(['A is missing', 'B must be a number'], { whatToDo: 'Correct them.' });

  expect(linesOf(outcome).slice(0, 4)).toEqual([
    '✗ settings  2 faults',
    '            • A is missing',
    '            • B must be a number',
    '            → Correct them.',
  ]);
});

it('shows a single fault in the line of its check', () => {
  const outcome = failEach(['A is missing'], { where: 'the policy', whatToDo: 'Correct it.' });

  expect(linesOf(outcome).slice(0, 2)).toEqual([
    '✗ settings  the policy: A is missing',
    '            → Correct it.',
  ]);
});

it('wraps a fault within the width of the terminal', () => {
  const outcome = failEach(['one two three', 'four'], { whatToDo: 'Go.' });

  expect(linesOf(outcome, 22).slice(1, 4)).toEqual([
    '            • one two',
    '            three',
    '            • four',
  ]);
});
