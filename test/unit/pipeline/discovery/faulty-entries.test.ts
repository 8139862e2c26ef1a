import { expect, it } from 'vitest';
import { failFaultyEntries } from '../../../../lib/pipeline/discovery/faulty-entries.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { parsePolicy } from '../../../../lib/policy/policy.ts';
import { newRun } from '../new-run.ts';
import { UnitWorld } from '../unit-world.ts';

const GOOD = { repository: 'team/api', tags: ['*'] };

function policyOf(...repositories: readonly object[]) {
  const parsed = parsePolicy(JSON.stringify({ version: 'v1', repositories }));
  return parsed.ok ? parsed.value : expect.fail(parsed.fault.join());
}

/** The targets that a step adds, after the good entries. */
async function fail(policy: ReturnType<typeof policyOf>, changes: Partial<Run> = {}) {
  const world = new UnitWorld();
  const run = newRun({ cursorRepository: policy.repositories.length, ...changes });
  const next = await failFaultyEntries(world.services, run, policy);
  const targets = await Array.fromAsync(world.services.targets.ofRun(run.id));
  return { next, targets, names: targets.map(({ repository }) => repository).sort() };
}

it('fails each entry that cannot be used under its name, with its faults', async () => {
  const { next, targets } = await fail(policyOf(GOOD, { repository: 'team/web', tags: [] }));

  expect(next).toEqual({ cursorRepository: 2, cursorTag: '' });
  expect(targets).toMatchObject([
    {
      repository: 'team/web',
      tag: '*',
      state: 'failed',
      reason: 'entry-invalid',
      detail: expect.stringContaining('must be'),
      finishedAt: expect.any(Date),
    },
  ]);
});

it('names an entry by its place if it has no name of its own', async () => {
  const { names } = await fail(
    policyOf(
      GOOD,
      { repository: 'team/api', tags: [] },
      { tags: ['v1'] },
      { repository: 'team/web', tags: [] },
      { repository: 'team/web', tags: ['*', 'v1'] },
    ),
  );

  expect(names).toEqual([
    'csscpolicies/patchpolicy/repositories-1',
    'csscpolicies/patchpolicy/repositories-2',
    'csscpolicies/patchpolicy/repositories-4',
    'team/web',
  ]);
});

it('is done without faulty entries, and in a run of some images', async () => {
  const faulty = policyOf(GOOD, { repository: 'team/web', tags: [] });

  expect((await fail(policyOf(GOOD))).next).toBeUndefined();
  expect(await fail(faulty, { images: ['team/api:v1'] })).toMatchObject({ targets: [] });
  expect((await fail(faulty, { cursorRepository: 2 })).next).toBeUndefined();
});

it('leaves the rest to the next step after 100 entries', async () => {
  const entries = Array.from({ length: 101 }, (_, at) => ({ repository: `r${at}`, tags: [] }));
  const policy = policyOf(GOOD, ...entries);

  const first = await fail(policy);
  expect(first.targets).toHaveLength(100);
  expect(first.next).toEqual({ cursorRepository: 101, cursorTag: '' });
  expect((await fail(policy, first.next)).names).toEqual(['r100']);
});
