import { expect, it } from 'vitest';
import type { Target } from '../../../../lib/pipeline/records/target.ts';
import { endRun, finalState } from '../../../../lib/pipeline/run/end-run.ts';
import { countStates } from '../../../../lib/pipeline/run/plan-tick.ts';
import { PipelineWorld } from '../../../pipeline/pipeline-world.ts';
import { target } from './run-samples.ts';

function stateOf(states: readonly Target['state'][]) {
  const targets = states.map((state, at) => target('a', `v${at}`, { state }));
  return finalState({ reason: undefined }, countStates(targets, 0));
}

it.each(['failed', 'rejected'] as const)(
  'ends as completed-with-failures if one target ended as %s',
  (state) => {
    expect(stateOf(['clean', 'patched', state])).toBe('completed-with-failures');
  },
);

it('ends as completed if no target failed, even if some were skipped or wait', () => {
  expect(stateOf(['skipped', 'waiting', 'already-patched', 'planned'])).toBe('completed');
  expect(stateOf([])).toBe('completed');
});

it('ends as failed if its discovery failed', () => {
  const counts = countStates([target('a', 'v1', { state: 'failed' })], 0);

  expect(finalState({ reason: 'registry-error' }, counts)).toBe('failed');
});

it('logs the counts that alerts need', async () => {
  const world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
  const run = await world.run();
  const reasons = ['no-builder', 'no-builder', 'quota', 'run-deadline', 'timeout'] as const;
  const targets = reasons.map((reason, at) =>
    target('a', `v${at}`, { state: 'failed' as const, reason }),
  );

  endRun(world.services, {
    run,
    state: 'completed-with-failures',
    changes: countStates(targets, 0),
    targets,
  });

  expect(world.log.at(-1)).toMatchObject({
    level: 'warn',
    message: 'run completed with failures',
    fields: { runId: run.id, targets: 5, failed: 5, noBuilder: 2, quota: 1, runDeadline: 1 },
  });
});

it.each([
  ['some images', ['team/api:v1'], true],
  ['all images', undefined, false],
])('logs whether a run looked at %s', async (_, images, partial) => {
  const world = new PipelineWorld({ policy: {}, script: { report: () => ({}) } });
  const run = { ...(await world.run()), images };

  endRun(world.services, { run, state: 'completed', changes: countStates([], 0), targets: [] });

  expect(world.log.at(-1)?.fields).toMatchObject({ runId: run.id, partial });
});
