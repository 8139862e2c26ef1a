import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePolicy } from '../../lib/policy/policy.ts';
import { TABLES } from '../../lib/storage/tables.ts';
import { debianReport } from '../pipeline/debian-report.ts';
import { PipelineWorld } from '../pipeline/pipeline-world.ts';
import { hostileText, hostileValue, OVERSIZED, pollution } from './hostile/hostile-values.ts';
import { formulas, shownTexts, unprintable } from './hostile/shown-texts.ts';

/** Executes a run with this policy until nothing more happens. */
async function runBy(policy: string) {
  const world = new PipelineWorld({ policy, script: { report: () => debianReport([]) } });
  await world.seedDatabase();
  const { state, reason, detail = '' } = await world.run();
  const targets = world.tables.all(TABLES.targets).length;
  return {
    world,
    end: { state, reason, targets, groups: world.groups.creations().length },
    detail,
  };
}

const REFUSED = { state: 'failed', reason: 'policy-invalid', targets: 0, groups: 0 };

it('starts nothing for a policy with any content and gives the reason', async () => {
  await fc.assert(
    fc.asyncProperty(hostileValue, async (value) => {
      const { world, end, detail } = await runBy(JSON.stringify(value));

      expect(end).toEqual(REFUSED);
      expect(detail).toMatch(/^in the setting PATCHWRIGHT_POLICY\n\S/);
      expect(unprintable(shownTexts(world))).toEqual([]);
      expect(formulas(shownTexts(world))).toEqual([]);
      expect(pollution()).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it.each([...OVERSIZED])('starts nothing for a policy that is %s', async (_, bytes) => {
  const { end, detail } = await runBy(Buffer.from(bytes()).toString());

  expect(end).toEqual(REFUSED);
  expect(detail).toMatch(/^in the setting PATCHWRIGHT_POLICY\n(?:the policy|version: )/);
});

const good = { repository: 'team/api', tags: ['v1'] };
const name = hostileText.filter((text) => !/^[a-z0-9]+$/.test(text));
const tag = hostileText.filter((text) => !/^\w{1,128}$/.test(text));
/** A rule with one fault, and the path of the fault. */
const faulty = fc.oneof(
  name.map((repository) => ({ at: '.repository', rule: { ...good, repository } })),
  tag.map((one) => ({ at: '.tags', rule: { ...good, tags: ['v1', one] } })),
  hostileText.map((key) => ({ at: '', rule: JSON.parse(withKey(key)) })),
  fc.constant({ at: '.enabled', rule: { ...good, enabled: 'yes' } }),
);

it('names every fault and unknown key of a policy by its path, and uses the other entries', () => {
  fc.assert(
    fc.property(fc.array(faulty, { minLength: 1, maxLength: 40 }), (faults) => {
      const rules = faults.flatMap(({ rule }, at) => [{ ...good, repository: `r${at}` }, rule]);

      const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories: rules }));

      const named = parsed.ok
        ? [...parsed.value.faulty.flatMap((entry) => entry.faults), ...parsed.value.warnings]
        : [];
      named.sort((one, other) => indexIn(one) - indexIn(other));
      expect(named).toHaveLength(faults.length);
      expect(parsed.ok ? parsed.value.repositories.length : 0).toBeGreaterThanOrEqual(
        faults.length,
      );
      for (const [nth, { at }] of faults.entries()) {
        expect(named[nth]).toMatch(
          new RegExp(`^repositories\\[${2 * nth + 1}\\]${at ? `\\${at}` : '[ :]'}`),
        );
      }
    }),
  );
});

/** The index in `repositories[INDEX]…`. */
function indexIn(line: string): number {
  return Number(/^repositories\[(\d+)\]/.exec(line)?.[1]);
}

/** Set in JSON text, because there `__proto__` is a key like any other. */
function withKey(key: string): string {
  return `${JSON.stringify(good).replace(/\}$/, '')},${JSON.stringify(key)}:1}`;
}
