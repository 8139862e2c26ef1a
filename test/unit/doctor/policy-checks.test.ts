import { describe, expect, it } from 'vitest';
import { policyChecks } from '../../../lib/doctor/policy-checks.ts';
import { policyOf } from '../../world/seed/seed-policy.ts';
import { CheckSetup } from './check-setup.ts';

function setupFor(names: readonly string[] = ['team/api', 'team/web'], enabled = true): CheckSetup {
  const rules = names.map((repository) => ({ repository, tags: ['*'], enabled }));
  return new CheckSetup({ policy: policyOf(rules) });
}

describe('the check of the policy', () => {
  it('passes with the number of its repositories', async () => {
    expect(await setupFor().run(policyChecks, 'policy')).toEqual({
      status: 'pass',
      detail: '2 of 2 repositories enabled, from the setting PATCHWRIGHT_POLICY',
    });
  });

  it('warns if every repository is disabled', async () => {
    expect(await setupFor(undefined, false).run(policyChecks, 'policy')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('0 of 2 repositories enabled'),
    });
  });

  it('fails with each of its faults', async () => {
    expect(await setupFor(['patchwright/x', 'UPPER']).run(policyChecks, 'policy')).toMatchObject({
      status: 'fail',
      detail: '2 faults in the setting PATCHWRIGHT_POLICY',
      faults: [expect.any(String), expect.any(String)],
      whatToDo: expect.stringContaining('docs/policy.md'),
    });
  });

  it('fails without a policy and gives the command that pushes one', async () => {
    const setup = new CheckSetup({ pipeline: { policySetting: undefined } });

    expect(await setup.run(policyChecks, 'policy')).toMatchObject({
      status: 'fail',
      detail: 'the registry has no csscpolicies/patchpolicy:v1',
      whatToDo: expect.stringContaining('oras push'),
    });
  });
});

describe('the check of the entries of the policy', () => {
  it('passes if every entry can be used and every key is known', async () => {
    expect(await setupFor().run(policyChecks, 'policy-entries')).toEqual({
      status: 'pass',
      detail: 'every entry and key is known',
    });
  });

  it('fails with the faults of each entry that can’t be used', async () => {
    const setup = setupFor(['team/api', 'patchwright/x', 'UPPER']);

    expect(await setup.run(policyChecks, 'policy-entries')).toMatchObject({
      status: 'fail',
      detail: '2 faults in the setting PATCHWRIGHT_POLICY',
      faults: [expect.stringContaining('patchwright/x'), expect.stringContaining('UPPER')],
    });
  });

  it('warns of unknown keys', async () => {
    const policy = {
      version: 'v1',
      tag_convention: 'floating',
      repositories: [{ repository: 'team/api', tags: ['*'] }],
    };

    expect(await new CheckSetup({ policy }).run(policyChecks, 'policy-entries')).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('"tag_convention"'),
    });
  });
});
