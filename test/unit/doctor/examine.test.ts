import { describe, expect, it } from 'vitest';
import type { Check } from '../../../lib/doctor/check.ts';
import { type Examination, examine } from '../../../lib/doctor/examine.ts';
import { pass } from '../../../lib/doctor/outcome.ts';
import { VirtualTime } from '../../fakes/virtual-time.ts';
import { SAMPLE_VALUES } from '../settings/faults-of.ts';

function check(id: string, changes: Partial<Check> = {}): Check {
  return { id, title: `title of ${id}`, needs: [], run: async () => pass(id), ...changes };
}

async function run(
  checks: readonly Check[],
  settings: Readonly<Record<string, string>> = SAMPLE_VALUES,
  changes: Partial<Examination> = {},
) {
  const time = new VirtualTime();
  const told: string[] = [];
  const examining = examine(settings, {
    checks,
    identity: 'signed-in',
    clock: time.clock,
    sleep: time.sleep,
    stop: new AbortController().signal,
    tell: (text) => told.push(text),
    ...changes,
  });
  const seconds = await time.run(examining);
  return { report: await examining, told, seconds };
}

describe('examine', () => {
  it('gives each check the app and a new id', async () => {
    const ids: string[] = [];
    const uses = check('uses', {
      run: async ({ settings, newId }) => {
        ids.push(newId(), newId());
        return pass(settings.registry);
      },
    });

    const { report } = await run([uses]);

    expect(report.results).toMatchObject([{ status: 'pass', detail: 'myregistry.azurecr.io' }]);
    expect(ids[0]).toMatch(/^[0-9a-f]{12}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });

  it('skips a check if another one that it needs for these settings failed', async () => {
    const { report } = await run([
      check('a', { run: async () => Promise.reject(new Error('broken')) }),
      check('b', { needs: ({ settings }) => (settings.pipeline.dryRun ? ['a'] : []) }),
    ]);

    expect(report.results.map(({ status }) => status)).toEqual(['fail', 'skipped']);
  });

  it('fails the first check and skips the others without running them if the settings are invalid', async () => {
    let ran = false;
    const never = check('never', {
      run: async () => {
        ran = true;
        return pass('');
      },
    });

    const { report } = await run([check('settings'), never], {});

    expect(report.results).toMatchObject([
      { status: 'fail', faults: expect.arrayContaining(['PATCHWRIGHT_REGISTRY is missing']) },
      { status: 'skipped', detail: 'not checked: it needs settings' },
    ]);
    expect(ran).toBe(false);
  });

  it('ends a check after its own limit, or after a minute', async () => {
    const hang = () => new Promise<never>(() => undefined);

    expect((await run([check('a', { run: hang })])).seconds).toBe(60);
    expect((await run([check('a', { run: hang, limitSeconds: 180 })])).seconds).toBe(180);
    expect(
      (await run([check('a', { run: hang })], SAMPLE_VALUES, { limitSeconds: 5 })).seconds,
    ).toBe(5);
  });

  it('sanitizes and shortens the detail of a check', async () => {
    const hostile = check('a', { run: async () => pass(`\u001b[31m${'x'.repeat(5000)}`) });

    const detail = (await run([hostile])).report.results[0]?.detail ?? '';

    expect(detail).not.toContain('\u001b');
    expect(detail.length).toBeLessThanOrEqual(4000);
  });

  it('reports whether it probed and whether it was interrupted', async () => {
    const plain = await run([check('a')]);
    const probing = await run([check('a', { probe: true })], SAMPLE_VALUES, {
      stop: AbortSignal.abort(),
    });

    expect(plain.report).toMatchObject({ probed: false, interrupted: false });
    expect(probing.report).toMatchObject({
      probed: true,
      interrupted: true,
      results: [{ status: 'skipped', detail: 'interrupted' }],
    });
  });

  it('reports the checks that are running', async () => {
    const { told } = await run([check('a'), check('b')]);

    expect(told[0]).toBe('0 of 2 checks: title of a');
    expect(told).toContain('0 of 2 checks: title of a and 1 more');
    expect(told.at(-1)).toBe('1 of 2 checks: title of b');
  });
});
