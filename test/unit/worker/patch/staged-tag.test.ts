import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../../lib/image/digest.ts';
import { RegistryHost, RepositoryName, Tag } from '../../../../lib/image/reference.ts';
import { readStagedTag } from '../../../../worker/patch/staged-tag.ts';
import { type FakeServices, startFakeServices } from '../support/fake-services.ts';
import { TOKEN } from '../support/jobs.ts';
import { setUpWorker } from '../support/worker-setup.ts';

let services: FakeServices;

beforeEach(async () => {
  services = await startFakeServices();
});
afterEach(() => services.close());

async function read(token: string | undefined = TOKEN) {
  const { context } = await setUpWorker({ sleep: async () => undefined });
  return readStagedTag(context, {
    registry: RegistryHost.parse(services.host),
    repository: RepositoryName.parse('patchwright/staging/a'),
    tag: Tag.parse('job-1'),
    token,
    ownCa: false,
  });
}

describe('readStagedTag', () => {
  it("reads the tag's digest with the job's token", async () => {
    services.tags.set('patchwright/staging/a:job-1', digestOf('x'));

    const state = await read();

    expect(state).toEqual({ state: 'present', digest: digestOf('x') });
    expect(services.received[0]?.method).toBe('HEAD');
    expect(services.received[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('reports a missing tag as absent', async () => {
    const state = await read();

    expect(state).toEqual({ state: 'absent' });
  });

  it.each([
    [{ status: 401 }, { state: 'refused' }],
    [{ status: 403 }, { state: 'refused' }],
    [{ status: 500 }, { state: 'unknown', why: 'the registry answered 500' }],
    [{ status: 200 }, { state: 'unknown', why: 'the registry named no digest' }],
    [
      { status: 200, headers: { 'docker-content-digest': 'sha256:evil' } },
      { state: 'unknown', why: 'the registry named no digest' },
    ],
  ])('maps the answer %o to %o', async (answer, expected) => {
    services.answer = () => answer;

    const state = await read();

    expect(state).toEqual(expected);
  });

  it('is unknown if the registry cannot be reached', async () => {
    services.answer = () => 'hang-up';

    const state = await read();

    expect(state).toMatchObject({ state: 'unknown' });
  });
});
