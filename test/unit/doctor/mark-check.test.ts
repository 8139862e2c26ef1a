import { expect, it } from 'vitest';
import { markCheck } from '../../../lib/doctor/mark-check.ts';
import { RepositoryName, Tag } from '../../../lib/image/reference.ts';
import { NO_LEASE } from '../../../lib/pipeline/lease.ts';
import { heldElsewhere } from '../../../lib/pipeline/marks/hold-repository.ts';
import { policyOf } from '../../world/seed/seed-policy.ts';
import { CheckSetup } from './check-setup.ts';

/** Runs the check of `here`; these installations have marked team/api, in this order. */
async function check(marks: readonly string[], installation: string | undefined = 'here') {
  const policy = policyOf(
    ['team/api', 'team/web'].map((repository) => ({ repository, tags: ['*'] })),
  );
  const own = installation === 'none' ? undefined : Tag.parse(installation);
  const setup = new CheckSetup({ policy, pipeline: { installation: own } });
  const { registry, options } = setup.world.services;
  for (const mark of marks) {
    const another = { registry, options: { ...options, installation: Tag.parse(mark) } };
    await heldElsewhere(another, RepositoryName.parse('team/api'), NO_LEASE);
  }
  return setup.run(markCheck);
}

it.each([
  ['nobody has marked them', []],
  ['this installation has marked one', ['here']],
])('passes if %s', async (_, marks) => {
  expect(await check(marks)).toEqual({
    status: 'pass',
    detail: 'team/api, team/web: held by nobody else',
  });
});

it('warns if another installation has marked one, and says how to take it over', async () => {
  expect(await check(['another'])).toMatchObject({
    status: 'warn',
    detail: expect.stringContaining('another installation patches team/api (by another)'),
    whatToDo: expect.stringContaining('--image patchwright/claims/team/api:another'),
  });
});

it('is skipped for an installation without a name', async () => {
  expect(await check(['another'], 'none')).toMatchObject({ status: 'skipped' });
});
