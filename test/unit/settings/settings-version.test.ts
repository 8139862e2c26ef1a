import { describe, expect, it } from 'vitest';
import { isNewerThanCode, SETTINGS_VERSION } from '../../../lib/settings/settings-version.ts';
import { readSettings } from '../../../lib/settings.ts';
import { faultsOf, SAMPLE_VALUES } from './faults-of.ts';

it.each([
  [String(SETTINGS_VERSION - 1), false],
  [String(SETTINGS_VERSION), false],
  [String(SETTINGS_VERSION + 1), true],
  ['9999', true],
  ['10000', false],
  ['2.0', false],
  [undefined, false],
])('decides whether version %j is newer than the code: %s', (version, newer) => {
  expect(isNewerThanCode(version)).toBe(newer);
});

describe('the version of the settings', () => {
  const ofVersion = (version: string, more: Readonly<Record<string, string>> = {}) => ({
    ...SAMPLE_VALUES,
    PATCHWRIGHT_SETTINGS_VERSION: version,
    ...more,
  });
  const NEWER = String(SETTINGS_VERSION + 1);

  it('equals that of the code in the sample, with no unknown name', () => {
    expect(readSettings(SAMPLE_VALUES)).toMatchObject({ version: SETTINGS_VERSION, unknown: [] });
  });

  it('may be newer than the code, and then unknown names are returned, not refused', () => {
    const settings = readSettings(
      ofVersion(NEWER, { PATCHWRIGHT_TO_COME: 'x', PATCHWRIGHT_LATER: 'y', FOREIGN: 'z' }),
    );

    expect(settings.version).toBe(SETTINGS_VERSION + 1);
    expect(settings.unknown).toEqual(['PATCHWRIGHT_TO_COME', 'PATCHWRIGHT_LATER']);
  });

  it('may be newer than the code, but all known settings are still checked', () => {
    const message = faultsOf(
      ofVersion(NEWER, {
        PATCHWRIGHT_TO_COME: 'x',
        PATCHWRIGHT_REGISTRY: '',
        PATCHWRIGHT_DRY_RUN: '?',
      }),
    );

    expect(message).toContain('settings have 2 fault(s)');
    expect(message).toContain('PATCHWRIGHT_REGISTRY is missing');
    expect(message).toContain('PATCHWRIGHT_DRY_RUN');
  });

  it('must not be older than the code, and the message names the deployment beside other faults', () => {
    const message = faultsOf(ofVersion(String(SETTINGS_VERSION - 1), { PATCHWRIGHT_GONE: 'x' }));

    expect(message).toContain('settings have 2 fault(s)');
    expect(message).toContain(
      `PATCHWRIGHT_SETTINGS_VERSION: is ${SETTINGS_VERSION - 1}: this code needs version ${SETTINGS_VERSION} of the settings: deploy infra/main.bicep of this version`,
    );
    expect(message).toContain('PATCHWRIGHT_GONE is not a setting');
  });

  it('must not be missing, as it is in older deployments', () => {
    const message = faultsOf(ofVersion(''));

    expect(message).toContain('settings have 1 fault(s)');
    expect(message).toContain(`is missing: this code needs version ${SETTINGS_VERSION}`);
    expect(message).toContain('deploy infra/main.bicep of this version');
  });

  it.each(['one', '1.0', '-1', '10000'])(
    'is refused if it is not a whole number: %j',
    (version) => {
      const message = faultsOf(ofVersion(version, { PATCHWRIGHT_TYPO: 'x' }));

      expect(message).toContain('PATCHWRIGHT_SETTINGS_VERSION: must be a whole number');
      expect(message).toContain('PATCHWRIGHT_TYPO is not a setting');
    },
  );
});
