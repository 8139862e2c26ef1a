import { expect, it } from 'vitest';
import { signInOf } from '../../../lib/settings/sign-in.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

it('is by function keys unless the setting says otherwise', () => {
  expect([{}, { PATCHWRIGHT_SIGN_IN: 'entra' }].map(signInOf)).toEqual(['keys', 'entra']);
});

it('is by function keys with an unknown value, which is a fault of the settings', () => {
  const setting = { PATCHWRIGHT_SIGN_IN: 'Entra' };
  expect(signInOf(setting)).toBe('keys');
  expect(faultsOf({ ...SAMPLE_VALUES, ...setting })).toContain(
    'PATCHWRIGHT_SIGN_IN: must be keys or entra',
  );
});
