import { describe, expect, it } from 'vitest';
import { AciContainerGroups } from '../../../lib/containers/aci-container-groups.ts';
import { aciGroupBody } from '../../../lib/containers/aci-group-body.ts';
import { ContainerGroupsError, GroupName } from '../../../lib/containers/container-groups.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import {
  brokenConnection,
  type StubAnswer,
  StubDelays,
  StubHttpClient,
} from '../http/stub-http-client.ts';
import { groupSpec } from './group-spec.ts';

const NAME = GroupName.parse('pw-patch-0a1b2c-1');
const PATH =
  '/subscriptions/sub-1/resourceGroups/jobs/providers/Microsoft.ContainerInstance/containerGroups';

function arrange(answer: (nth: number) => StubAnswer | Error) {
  const client = new StubHttpClient((_, nth) => answer(nth));
  const scopes: string[] = [];
  const credential = {
    getToken: async (scope: string | string[]) => {
      scopes.push(String(scope));
      return { token: 'arm-secret', expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
  const groups = new AciContainerGroups({
    credential,
    subscriptionId: 'sub-1',
    resourceGroup: 'jobs',
    location: 'westeurope',
    endpoint: 'https://arm.example.com',
    clock: new ManualClock('2026-11-23T02:00:00Z'),
    delays: new StubDelays(),
    httpClient: client,
  });
  return { groups, client, scopes };
}

function armError(status: number, code: string, message = 'why'): StubAnswer {
  return json(status, { error: { code, message } });
}

function json(status: number, body: object, headers: Record<string, string> = {}): StubAnswer {
  return {
    status,
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  };
}

const group = (name: string, tags: object) => ({ name, tags, properties: { containers: [] } });

describe('creating a group', () => {
  it('sends one PUT with the body of the group and does not poll the operation', async () => {
    const operation = 'https://arm.example.com/operations/1';
    const { groups, client, scopes } = arrange(() =>
      json(201, group(NAME, {}), { 'azure-asyncoperation': operation }),
    );

    const answer = await groups.create(groupSpec());

    expect(answer).toEqual({ ok: true });
    expect(client.sent.map(({ method, url }) => `${method} ${url.href}`)).toEqual([
      `PUT https://arm.example.com${PATH}/${NAME}?api-version=2023-05-01`,
    ]);
    const [sent] = client.sent;
    expect(JSON.parse(sent?.body ?? '')).toEqual(aciGroupBody(groupSpec(), 'westeurope'));
    expect(sent?.headers).toMatchObject({
      authorization: 'Bearer arm-secret',
      'content-type': 'application/json',
    });
    expect(scopes).toEqual(['https://management.azure.com/.default']);
  });

  it.each<[string, () => StubAnswer | Error, string]>([
    ['500', () => armError(500, 'InternalServerError'), 'unavailable'],
    ['503', () => armError(503, ''), 'unavailable'],
    ['408', () => armError(408, ''), 'unavailable'],
    ['429', () => armError(429, 'TooManyRequests'), 'throttled'],
    ['a broken connection', () => brokenConnection(), 'unavailable'],
    ['409', () => armError(409, 'ContainerGroupTransitioning'), 'transitioning'],
  ])('is not retried after %s', async (_, fault, refusal) => {
    const { groups, client } = arrange(fault);

    const answer = await groups.create(groupSpec());

    expect(answer).toMatchObject({ ok: false, refusal });
    expect(client.sent).toHaveLength(1);
  });

  it('returns the delay that ARM asks for', async () => {
    const { groups } = arrange(() => json(429, {}, { 'retry-after': '17' }));

    const answer = await groups.create(groupSpec());

    expect(answer).toMatchObject({ refusal: 'throttled', retryAfterSeconds: 17 });
  });

  it('succeeds even if the body of the answer is truncated', async () => {
    const { groups } = arrange(() => ({
      status: 201,
      body: '{"name":',
      headers: { 'content-type': 'application/json' },
    }));

    const answer = await groups.create(groupSpec());

    expect(answer).toEqual({ ok: true });
  });

  it('masks secrets of the specification that ARM quotes', async () => {
    const body = aciGroupBody(groupSpec(), 'westeurope');
    const { groups } = arrange(() => armError(400, 'Invalid', JSON.stringify(body.properties)));

    const answer = await groups.create(groupSpec());

    const text = JSON.stringify(answer);
    expect(text).toContain('***');
    expect(text).not.toContain('pull-secret');
    expect(text).not.toContain('arm-secret');
  });

  it('is refused as unavailable if no token can be obtained', async () => {
    const { client } = arrange(() => json(201, {}));
    const credential = {
      getToken: async () => {
        throw new Error('no identity');
      },
    };
    const groups = new AciContainerGroups({
      credential,
      subscriptionId: 'sub-1',
      resourceGroup: 'jobs',
      location: 'westeurope',
      clock: new ManualClock(),
      delays: new StubDelays(),
      httpClient: client,
    });

    const answer = await groups.create(groupSpec());

    expect(answer).toMatchObject({ ok: false, refusal: 'unavailable' });
    expect(client.sent).toHaveLength(0);
  });
});

describe('deleting a group', () => {
  it.each([200, 202, 204, 404])('succeeds with %d and does not wait', async (status) => {
    const { groups, client } = arrange(() => ({ status }));

    const answer = await groups.delete(NAME);

    expect(answer).toEqual({ ok: true });
    expect(client.sent.map(({ method }) => method)).toEqual(['DELETE']);
  });

  it('is retried after a transient failure', async () => {
    const { groups, client } = arrange((nth) => (nth === 1 ? { status: 503 } : { status: 202 }));

    const answer = await groups.delete(NAME);

    expect(answer).toEqual({ ok: true });
    expect(client.sent).toHaveLength(2);
  });
});

describe('reading groups', () => {
  it('is retried after a transient failure and then throws an error of the port', async () => {
    const { groups, client } = arrange(() => armError(503, 'ServerTimeout'));

    const reading = groups.get(NAME);

    await expect(reading).rejects.toThrow(ContainerGroupsError);
    await expect(reading).rejects.toMatchObject({ refusal: 'unavailable' });
    expect(client.sent).toHaveLength(4);
  });

  it('distinguishes a missing resource group from a missing group', async () => {
    const { groups } = arrange((nth) =>
      armError(404, nth === 1 ? 'ResourceNotFound' : 'ResourceGroupNotFound'),
    );

    const absent = await groups.get(NAME);
    const wrong = groups.get(NAME);

    expect(absent).toBeUndefined();
    await expect(wrong).rejects.toMatchObject({ refusal: 'configuration' });
  });

  it('lists the groups with our tag on all pages and skips invalid names', async () => {
    const ours = { 'managed-by': 'patchwright' };
    const nextLink = `https://arm.example.com${PATH}?api-version=2023-05-01&$skiptoken=1`;
    const { groups, client } = arrange((nth) =>
      nth === 1
        ? json(200, { value: [group('pw-1', ours), group('other', {})], nextLink })
        : json(200, { value: [group('NOT_A_NAME', ours), group('pw-2', ours)] }),
    );

    const names: string[] = [];
    for await (const { name } of groups.list()) names.push(name);

    expect(names).toEqual(['pw-1', 'pw-2']);
    expect(client.sent).toHaveLength(2);
  });

  it.each(['ContainerLogNotAvailable', 'ContainerGroupTransitioning'])(
    'returns no log if ACI answers %s',
    async (code) => {
      const { groups } = arrange(() => armError(409, code));

      const log = await groups.logs(NAME, 'worker');

      expect(log).toBeUndefined();
    },
  );

  it('requests the last 200 log lines of the container', async () => {
    const { groups, client } = arrange(() => json(200, { content: 'the end' }));

    const log = await groups.logs(NAME, 'worker');

    expect(log).toBe('the end');
    expect(client.sent[0]?.url.href).toBe(
      `https://arm.example.com${PATH}/${NAME}/containers/worker/logs?api-version=2023-05-01&tail=200`,
    );
  });
});
