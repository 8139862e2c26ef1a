import { expect, it } from 'vitest';
import { AciQuotas } from '../../../lib/containers/aci-quotas.ts';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { type StubAnswer, StubDelays, StubHttpClient } from '../http/stub-http-client.ts';

function arrange(...answers: readonly StubAnswer[]) {
  const client = new StubHttpClient((_, nth) => answers[nth - 1] ?? { status: 500 });
  const quotas = new AciQuotas({
    credential: { getToken: async () => ({ token: 't', expiresOnTimestamp: Date.now() + 3.6e6 }) },
    subscriptionId: 'sub-1',
    resourceGroup: 'jobs',
    location: 'westeurope',
    endpoint: 'https://arm.example.com',
    clock: new ManualClock(),
    delays: new StubDelays(),
    httpClient: client,
  });
  return { client, quotas };
}

const json = (body: object, status = 200) => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

const usage = (value: string, currentValue: number) => ({
  name: { value, localizedValue: 'x' },
  unit: 'Count',
  currentValue,
  limit: 100,
});

it('reads the quotas of the region', async () => {
  const { client, quotas } = arrange(
    json({ value: [usage('ContainerGroups', 3), usage('StandardCores', 12)] }),
  );

  expect(await quotas.read()).toEqual([
    { name: 'ContainerGroups', used: 3, limit: 100 },
    { name: 'StandardCores', used: 12, limit: 100 },
  ]);
  expect(client.sent[0]?.url.pathname).toBe(
    '/subscriptions/sub-1/providers/Microsoft.ContainerInstance/locations/westeurope/usages',
  );
});

it('reads none from a region without an answer', async () => {
  const { quotas } = arrange(json({ error: { code: 'NotFound', message: 'no' } }, 404));

  expect(await quotas.read()).toEqual([]);
});

it('throws for an entry without a limit', async () => {
  const { limit: _, ...without } = usage('ContainerGroups', 3);

  await expect(arrange(json({ value: [without] })).quotas.read()).rejects.toThrow('limit');
});
