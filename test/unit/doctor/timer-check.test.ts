import { expect, it } from 'vitest';
import { timerCheck } from '../../../lib/doctor/timer-check.ts';
import { CheckSetup } from './check-setup.ts';

/** The clock of a `CheckSetup` shows 02:00, and its reaper is due every five minutes. */
const at = (time: string) => new Date(`2026-11-23T${time}Z`);

async function outcomeOf(startedAt: Date | undefined) {
  const setup = new CheckSetup();
  const { timers } = setup.world.services;
  if (startedAt !== undefined) await timers.startReaper({ since: startedAt, now: startedAt });
  return setup.run(timerCheck);
}

it('passes if the reaper has not started yet', async () => {
  expect(await outcomeOf(undefined)).toEqual({
    status: 'pass',
    detail: 'the reaper has not started yet',
  });
});

it('passes if the reaper started within fifteen minutes before its last occurrence', async () => {
  expect(await outcomeOf(at('01:45:00'))).toMatchObject({ status: 'pass' });
});

it('warns if an occurrence of more than fifteen minutes ago did not start the reaper', async () => {
  expect(await outcomeOf(at('01:43:59'))).toEqual({
    status: 'warn',
    detail:
      'the reaper started last at 2026-11-23T01:43:59.000Z, although its timer was due at 2026-11-23T01:45:00.000Z',
    whatToDo: expect.stringContaining('uptime monitor'),
  });
});
