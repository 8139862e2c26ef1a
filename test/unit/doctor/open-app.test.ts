import { expect, it } from 'vitest';
import { openApp } from '../../../lib/doctor/open-app.ts';
import { SAMPLE_VALUES } from '../settings/faults-of.ts';

const OPTIONS = { identity: 'signed-in' } as const;

it('creates the app from valid settings', () => {
  expect(openApp(SAMPLE_VALUES, OPTIONS)).toMatchObject({ ok: true });
});

it('lists each fault of the settings', () => {
  const opened = openApp(
    { ...SAMPLE_VALUES, PATCHWRIGHT_TYPO: 'x', PATCHWRIGHT_DRY_RUN: '?' },
    OPTIONS,
  );

  expect(opened).toMatchObject({
    ok: false,
    outcome: { status: 'fail', whatToDo: expect.stringContaining('deploy infra/main.bicep again') },
  });
  if (opened.ok) return;
  expect(opened.faults).toHaveLength(2);
  expect(opened.outcome).toMatchObject({ detail: '2 faults', faults: opened.faults });
});

it('does not quote a malformed connection string', () => {
  const opened = openApp({ ...SAMPLE_VALUES, AzureWebJobsStorage: 'AccountKey=hush' }, OPTIONS);

  expect(opened).toMatchObject({
    ok: false,
    outcome: {
      status: 'fail',
      detail: expect.stringContaining('connection string is malformed'),
      whatToDo: expect.stringContaining('AzureWebJobsStorage'),
    },
    faults: [expect.stringContaining('malformed')],
  });
  expect(JSON.stringify(opened)).not.toContain('hush');
});
