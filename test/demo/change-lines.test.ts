import { expect, it } from 'vitest';
import { changeLines } from './change-lines.ts';
import type { RunSnapshot, TargetView } from './run-snapshot.ts';

function snapshot(targets: readonly TargetView[], more: Partial<RunSnapshot> = {}): RunSnapshot {
  return { runId: 'run-1', state: 'running', seconds: 7.31, targets, groups: [], ...more };
}

function target(
  image: string,
  state: TargetView['state'],
  more: Partial<TargetView> = {},
): TargetView {
  return { image, state, reason: undefined, patchTag: undefined, group: undefined, ...more };
}

it('prints nothing if nothing changed', () => {
  const now = snapshot([target('a:1', 'scanning')]);

  expect(changeLines(now, { ...now, seconds: 8 })).toEqual([]);
});

it('prints active images of one state in one line, and each ended image in its own', () => {
  const before = snapshot(['a:1', 'b:1', 'c:1', 'd:1'].map((image) => target(image, 'scanning')));
  const now = snapshot([
    target('a:1', 'patching'),
    target('b:1', 'patching'),
    target('c:1', 'skipped', { reason: 'end-of-life' }),
    target('d:1', 'patched', { patchTag: '1-1' }),
  ]);

  expect(changeLines(before, now)).toEqual([
    '   7.3 s  patching     a:1 and 1 more',
    '   7.3 s  skipped      c:1: end-of-life',
    '   7.3 s  patched      d:1 as 1-1',
  ]);
});

it('prints when the run and container groups start', () => {
  const group = { name: 'pw-scan-1', kind: 'scan', state: 'Pending', images: ['a:1'], seconds: 0 };

  const lines = changeLines(undefined, snapshot([target('a:1', 'queued')], { groups: [group] }));

  expect(lines).toEqual([
    '   7.3 s  running      run run-1',
    '   7.3 s  started      pw-scan-1 for a:1',
  ]);
});
