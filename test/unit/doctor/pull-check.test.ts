import { describe, expect, it } from 'vitest';
import { pullCheck } from '../../../lib/doctor/pull-check.ts';
import { memoryPullTokens } from '../../fakes/memory-pull-tokens.ts';
import { CheckSetup, tokenWith } from './check-setup.ts';

const settings = { PATCHWRIGHT_PULL_CLIENT_ID: '00000000-0000-4000-8000-000000000002' };

/** Runs the check with an identity whose tokens have these rights; undefined: an opaque token. */
async function check(granted: readonly string[] | undefined) {
  const expiresAt = new Date('2027-01-01T00:00:00Z');
  const mint = async () => ({ token: tokenWith(granted), expiresAt });
  const setup = new CheckSetup({ settings, pullTokens: { ...memoryPullTokens, mint } });
  return setup.run([pullCheck], 'registry-pull-identity');
}

describe('the check of the pull identity', () => {
  it('passes if it may pull and nothing else', async () => {
    expect(await check(['patchwright/worker:pull'])).toEqual({
      status: 'pass',
      detail: 'pull on patchwright/worker, and no push',
    });
  });

  it('fails if it may push', async () => {
    expect(await check(['patchwright/worker:pull', 'patchwright/worker:push'])).toMatchObject({
      status: 'fail',
      detail: 'the pull identity may push to patchwright/worker',
      whatToDo: expect.stringContaining('infra/main.bicep'),
    });
  });

  it('warns if it may not pull', async () => {
    expect(await check([])).toMatchObject({
      status: 'warn',
      detail: expect.stringContaining('may not pull patchwright/worker'),
    });
  });

  it.each([
    ['no such identity is set', {}],
    ['the command line runs it, which lacks the identity', { settings }],
  ])('is skipped if %s', async (_, options) => {
    const setup = new CheckSetup(options);

    expect(await setup.run([pullCheck], 'registry-pull-identity')).toMatchObject({
      status: 'skipped',
    });
  });

  it('is skipped if the tokens do not show their rights', async () => {
    expect(await check(undefined)).toMatchObject({ status: 'skipped' });
  });
});
