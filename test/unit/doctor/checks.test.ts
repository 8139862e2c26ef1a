import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../../lib/doctor/checks.ts';
import { SETTINGS_VERSION } from '../../../lib/settings/settings-version.ts';
import { CheckSetup } from './check-setup.ts';

describe('the check of the settings', () => {
  it('names the registry, the region and the next run', async () => {
    const setup = new CheckSetup({ settings: { PATCHWRIGHT_SCHEDULE: '0 0 3 * * *' } });

    expect(await setup.run(CHECKS, 'settings')).toEqual({
      status: 'pass',
      detail: expect.stringMatching(
        /^registry myregistry\.azurecr\.io, container groups in \w+, next run 2026-11-23T03:00:00\.000Z$/,
      ),
    });
  });

  it('warns of settings of a newer version that the code does not know', async () => {
    const setup = new CheckSetup({
      settings: {
        PATCHWRIGHT_SETTINGS_VERSION: String(SETTINGS_VERSION + 1),
        PATCHWRIGHT_LATER: 'x',
      },
    });

    expect(await setup.run(CHECKS, 'settings')).toMatchObject({
      status: 'warn',
      detail: `settings version ${SETTINGS_VERSION + 1} is newer than the code, which does not know PATCHWRIGHT_LATER; next run 2026-11-24T02:00:00.000Z`,
    });
  });
});

it('lists each check after the checks that it needs', () => {
  const { context } = new CheckSetup();
  const before = new Set<string>();

  for (const { id, needs } of CHECKS) {
    for (const need of typeof needs === 'function' ? needs(context) : needs) {
      expect(before).toContain(need);
    }
    expect(before).not.toContain(id);
    before.add(id);
  }
});
