import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alteredWorld, GROUP_JOBS } from './hostile/altered-run.ts';
import { hostileValue, OVERSIZED, pollution } from './hostile/hostile-values.ts';
import { runToItsEnd } from './hostile/run-end.ts';
import { formulas, shownTexts, unprintable } from './hostile/shown-texts.ts';

const REPORT_JOBS = ['scan', 'verify'] as const;
const RUNS = { numRuns: 12 };

it('patches the image if every worker is honest', async () => {
  const world = await alteredWorld();

  const end = await runToItsEnd(world);

  expect(end).toEqual({ run: 'completed', target: 'patched', lost: [] });
});

describe.each(GROUP_JOBS)('a result of a %s job', (job) => {
  it('with any content ends its target with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(hostileValue, async (value) => {
        const alter = () => Buffer.from(JSON.stringify(value));
        const world = await alteredWorld({ job, what: 'result', alter });

        const end = await runToItsEnd(world);

        expect(end).toEqual({
          run: 'completed-with-failures',
          target: 'failed result-invalid',
          lost: [],
        });
        expect(unprintable(shownTexts(world))).toEqual([]);
        expect(formulas(shownTexts(world))).toEqual([]);
        expect(pollution()).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each([...OVERSIZED])('ends its target with a reason if it is %s', async (_, alter) => {
    const world = await alteredWorld({ job, what: 'result', alter });

    const end = await runToItsEnd(world);

    expect(end).toEqual({
      run: 'completed-with-failures',
      target: 'failed result-invalid',
      lost: [],
    });
  });

  it('with any content in one field ends only its own target', async () => {
    await fc.assert(
      fc.asyncProperty(
        hostileValue,
        fc.constantFrom('version', 'jobId', 'attempt', 'tools', 'kind', 'images', '__proto__'),
        async (value, field) => {
          const alter = (usual: Uint8Array) => withField(usual, field, value);
          const world = await alteredWorld({ job, what: 'result', alter });

          const end = await runToItsEnd(world);

          expect(end.lost).toEqual([]);
          expect(end.target).toMatch(/^(?:patched|failed result-invalid)$/);
          expect(unprintable(shownTexts(world))).toEqual([]);
          expect(formulas(shownTexts(world))).toEqual([]);
          expect(pollution()).toEqual([]);
        },
      ),
      RUNS,
    );
  });
});

describe.each(REPORT_JOBS)('a report of a %s job', (job) => {
  it('with any content ends its target with a reason', async () => {
    await fc.assert(
      fc.asyncProperty(hostileValue, async (value) => {
        const alter = () => Buffer.from(JSON.stringify(value));
        const world = await alteredWorld({ job, what: 'report', alter });

        const end = await runToItsEnd(world);

        expect(end.lost).toEqual([]);
        expect(end.target).toMatch(
          /^(?:failed report-invalid|skipped unsupported-os|rejected packages-lost)$/,
        );
        expect(unprintable(shownTexts(world))).toEqual([]);
        expect(formulas(shownTexts(world))).toEqual([]);
        expect(pollution()).toEqual([]);
      }),
      RUNS,
    );
  });

  it.each([...OVERSIZED])('ends its target with a reason if it is %s', async (_, alter) => {
    const world = await alteredWorld({ job, what: 'report', alter });

    const end = await runToItsEnd(world);

    expect(end).toEqual({
      run: 'completed-with-failures',
      target: 'failed report-invalid',
      lost: [],
    });
  });
});

/**
 * The usual object with one field set in JSON text, because there `__proto__` is a key like any other.
 */
function withField(usual: Uint8Array, field: string, value: unknown): Uint8Array {
  const rest = Buffer.from(usual).toString().replace(/^\{/, '').replace(/\}$/, '');
  return Buffer.from(`{${rest},${JSON.stringify(field)}:${JSON.stringify(value)}}`);
}
