import { expect, it } from 'vitest';
import { stepsOf } from '../../../lib/history/target-steps.ts';
import { withEvent } from '../../../lib/pipeline/records/target-events.ts';
import { aTarget } from '../../browser/sample-views.ts';

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 2, minute));
const time = (minute: number) => at(minute).toISOString();

it('has each change of state with its time, its reason and its job', () => {
  const job = 'patch-27e1598798443f78';
  const first = withEvent(undefined, { at: at(1), state: 'queued', job: '' });
  const second = withEvent(first, { at: at(2), state: 'patching', job });
  const events = withEvent(second, { at: at(9), state: 'failed', reason: 'tool-failed', job });
  const target = aTarget('team/api:1.4', { discoveredAt: time(0), state: 'failed', events });

  const { runId } = target;
  expect(stepsOf(target)).toEqual([
    { runId, at: time(0), state: 'discovered', reason: null, job: null },
    { runId, at: time(1), state: 'queued', reason: null, job: null },
    { runId, at: time(2), state: 'patching', reason: null, job },
    { runId, at: time(9), state: 'failed', reason: 'tool-failed', job },
  ]);
});

it('has the times that a row of an earlier version knows', () => {
  const times = { discoveredAt: time(0), scannedAt: time(3), finishedAt: time(9) };
  const target = aTarget('team/api:1.4', { ...times, state: 'skipped', reason: 'windows' });

  const steps = stepsOf(target).map(({ at: moment, state, reason }) => [moment, state, reason]);
  expect(steps).toEqual([
    [time(0), 'discovered', null],
    [time(3), 'scanned', null],
    [time(9), 'skipped', 'windows'],
  ]);
});
