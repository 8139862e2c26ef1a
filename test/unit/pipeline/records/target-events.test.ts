import { expect, it } from 'vitest';
import { MAX_EVENTS, withEvent } from '../../../../lib/pipeline/records/target-events.ts';

const at = new Date('2026-11-23T02:00:00Z');
const time = at.toISOString();

it('adds one line for each change of state, with its time, reason and job', () => {
  const first = withEvent(undefined, { at, state: 'queued', job: '' });
  const second = withEvent(first, { at, state: 'scanning', job: 'scan-1' });

  expect(withEvent(second, { at, state: 'failed', reason: 'timeout', job: 'scan-1' })).toBe(
    `${time} queued\n${time} scanning scan-1\n${time} failed timeout scan-1`,
  );
});

it('keeps the first and the last lines of too many', () => {
  let events = withEvent(undefined, { at, state: 'queued', job: '' });
  for (let round = 0; round < 100; round += 1) {
    events = withEvent(events, { at, state: 'verifying', job: `patch-${round}` });
  }

  const lines = events.split('\n');
  expect(lines).toHaveLength(MAX_EVENTS);
  expect([lines[0], lines[1], lines.at(-1)]).toEqual([
    `${time} queued`,
    `${time} verifying patch-0`,
    `${time} verifying patch-99`,
  ]);
});
