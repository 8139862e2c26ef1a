import { expect, test } from 'vitest';
import { judgeMutants, type MutationReport } from '../../scripts/mutate/judge-mutants.ts';

const SOURCE = 'export function isFree(tag) {\n  return tag !== 1;\n}\n';

function report(statuses: readonly string[]): MutationReport {
  const mutants = statuses.map((status, at) => ({
    mutatorName: 'ConditionalExpression',
    replacement: `replacement ${at}`,
    status,
    location: { start: { line: 2 } },
  }));
  return { files: { 'lib/free.ts': { source: SOURCE, mutants } } };
}

const KILLED = Array.from({ length: 18 }, (_, at) => (at === 0 ? 'Timeout' : 'Killed'));
const SURVIVOR = {
  file: 'lib/free.ts',
  line: 'return tag !== 1;',
  replacement: 'replacement 18',
  reason: 'the caller never asks about 1',
};

test('accepts a file whose mutants are killed or named as survivors', () => {
  expect(judgeMutants(report([...KILLED, 'Survived']), [SURVIVOR])).toEqual({
    scores: ['lib/free.ts: 94.7 % (18 of 19)'],
    faults: [],
  });
});

test.each(['Survived', 'NoCoverage'])(
  'refuses a mutant with status %s that is not named as a survivor',
  (status) => {
    expect(judgeMutants(report([...KILLED, status]), []).faults).toEqual([
      'lib/free.ts:2: a mutant lives and is not named: return tag !== 1; => replacement 18',
    ]);
  },
);

test('refuses a named survivor that is killed', () => {
  expect(judgeMutants(report([...KILLED, 'Killed']), [SURVIVOR]).faults).toEqual([
    'lib/free.ts: no such survivor: return tag !== 1; => replacement 18',
  ]);
});

test('refuses a file below 90 %, even if its survivors are named', () => {
  const survivors = [16, 17, 18].map((at) => ({ ...SURVIVOR, replacement: `replacement ${at}` }));
  const lives = [...KILLED.slice(2), 'Survived', 'Survived', 'Survived'];
  expect(judgeMutants(report(lives), survivors).faults).toEqual([
    'lib/free.ts: 84.2 % is below 90 %',
  ]);
});

test('does not count a mutant that does not compile', () => {
  expect(judgeMutants(report([...KILLED, 'CompileError']), []).faults).toEqual([]);
});
