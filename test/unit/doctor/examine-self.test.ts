import { expect, it } from 'vitest';
import { CHECKS } from '../../../lib/doctor/checks.ts';
import { examineSelf, identityIn } from '../../../lib/doctor/examine-self.ts';
import { VirtualTime } from '../../fakes/virtual-time.ts';

it('uses the app’s identity only if there is one', () => {
  expect(identityIn({})).toBe('signed-in');
  expect(identityIn({ IDENTITY_ENDPOINT: 'http://localhost/msi/token' })).toBe('app');
});

it('runs every check that starts no container group', async () => {
  const { clock, sleep } = new VirtualTime();

  const report = await examineSelf({}, { clock, sleep });

  expect(report.results.map(({ id }) => id)).toEqual(CHECKS.map(({ id }) => id));
  expect(report).toMatchObject({ probed: false, interrupted: false, identity: 'signed-in' });
});
