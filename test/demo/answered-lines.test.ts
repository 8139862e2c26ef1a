import { expect, it } from 'vitest';
import { newRun } from '../unit/pipeline/new-run.ts';
import { questionsOf } from './answered-lines.ts';

const outcome = (image: string, state: 'patched' | 'skipped', reason?: string) => ({
  image,
  state,
  reason,
});

it('asks about the run, about an image that was left alone, and about a patch', () => {
  const run = newRun();
  const outcomes = [
    outcome('team/none:1', 'skipped', 'not-found'),
    outcome('team/windows:1', 'skipped', 'windows'),
    outcome('team/api:1.4', 'patched'),
  ];

  expect(questionsOf({ run, outcomes })).toEqual([
    ['runs', 'show', run.id],
    ['why', 'team/windows:1'],
    ['report', 'team/api:1.4'],
  ]);
});
