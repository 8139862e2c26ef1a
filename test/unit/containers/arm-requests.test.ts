import { describe, expect, it } from 'vitest';
import { ArmRequests } from '../../../lib/containers/arm-requests.ts';
import { ContainerGroupsError, GroupName } from '../../../lib/containers/container-groups.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import {
  brokenConnection,
  type StubAnswer,
  StubDelays,
  StubHttpClient,
} from '../http/stub-http-client.ts';

const NAME = GroupName.parse('pw-scan-1-1');
const URL_OF_GROUP =
  'https://arm.example.com/subscriptions/sub-1/resourceGroups/jobs/providers/Microsoft.ContainerInstance/containerGroups/pw-scan-1-1?api-version=2023-05-01';

function arrange(answer: (nth: number) => StubAnswer | Error) {
  const client = new StubHttpClient((_, nth) => answer(nth));
  const arm = new ArmRequests({
    credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3.6e6 }) },
    subscriptionId: 'sub-1',
    resourceGroup: 'jobs',
    endpoint: 'https://arm.example.com',
    clock: new ManualClock(),
    delays: new StubDelays(),
    httpClient: client,
  });
  const read = (absent?: RegExp) =>
    arm.read('get it', ({ containerGroups }) => containerGroups.get('jobs', NAME), absent);
  return { client, arm, read };
}

function armError(status: number, code: string): StubAnswer {
  const headers = { 'content-type': 'application/json' };
  return { status, headers, body: JSON.stringify({ error: { code, message: 'why' } }) };
}

const FOUND = {
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ name: NAME, properties: { containers: [] } }),
};

describe('read', () => {
  it('returns what ARM answers', async () => {
    expect(await arrange(() => FOUND).read()).toMatchObject({ name: NAME });
  });

  it('returns undefined if the resource does not exist', async () => {
    expect(await arrange(() => armError(404, 'ResourceNotFound')).read()).toBeUndefined();
  });

  it.each(['ResourceGroupNotFound', 'SubscriptionNotFound'])(
    'throws if a setting names what does not exist: %s',
    async (code) => {
      await expect(arrange(() => armError(404, code)).read()).rejects.toMatchObject({
        refusal: 'configuration',
        message: `get it: 404 ${code}: why`,
      });
    },
  );

  it('returns undefined for the codes that mean so, with any status', async () => {
    const answer = () => armError(409, 'NotYet');

    expect(await arrange(answer).read(/^NotYet$/)).toBeUndefined();
    await expect(arrange(answer).read(/^Other$/)).rejects.toThrow(ContainerGroupsError);
    await expect(arrange(answer).read()).rejects.toThrow(ContainerGroupsError);
  });

  it('repeats the request after a transient failure', async () => {
    const { client, read } = arrange((nth) => (nth === 1 ? brokenConnection() : FOUND));

    expect(await read()).toMatchObject({ name: NAME });
    expect(client.sent).toHaveLength(2);
  });

  it('throws with the time that ARM asks for', async () => {
    const throttled = { ...armError(429, 'TooManyRequests'), headers: { 'retry-after': '7' } };

    await expect(arrange(() => throttled).read()).rejects.toMatchObject({
      refusal: 'throttled',
      retryAfterSeconds: 7,
    });
  });
});

describe('send', () => {
  it('puts the body on the address of the group', async () => {
    const { client, arm } = arrange(() => ({ status: 201 }));

    expect(await arm.send('PUT', NAME, [200, 201], '{"a":1}')).toBeUndefined();
    expect(client.sent).toMatchObject([{ method: 'PUT', body: '{"a":1}' }]);
    expect(client.sent[0]?.url.href).toBe(URL_OF_GROUP);
    expect(client.sent[0]?.headers).toMatchObject({ 'content-type': 'application/json' });
  });

  it('sends no type without a body', async () => {
    const { client, arm } = arrange(() => ({ status: 204 }));

    await arm.send('DELETE', NAME, [204]);

    expect(client.sent[0]?.headers).not.toHaveProperty('content-type');
  });

  it('returns the failure of an answer that is not accepted', async () => {
    const { arm } = arrange(() => armError(409, 'Conflict'));

    expect(await arm.send('PUT', NAME, [200], '{}')).toMatchObject({
      status: 409,
      code: 'Conflict',
    });
  });

  it('repeats a DELETE, and never a PUT', async () => {
    const broken = arrange(() => brokenConnection());
    expect(await broken.arm.send('PUT', NAME, [200], '{}')).toMatchObject({
      status: undefined,
      code: 'ECONNRESET',
    });
    expect(broken.client.sent).toHaveLength(1);

    const again = arrange((nth) => (nth === 1 ? brokenConnection() : { status: 204 }));
    expect(await again.arm.send('DELETE', NAME, [204])).toBeUndefined();
    expect(again.client.sent).toHaveLength(2);
  });

  it('accepts a success whose body is cut off', async () => {
    const headers = { 'content-type': 'application/json' };
    const { arm } = arrange(() => ({ status: 201, headers, body: '{"a":' }));

    expect(await arm.send('PUT', NAME, [201], '{}')).toBeUndefined();
  });
});
