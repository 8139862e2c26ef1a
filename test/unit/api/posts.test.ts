import { beforeEach, describe, expect, it } from 'vitest';
import { postCancel } from '../../../lib/api/cancel-run.ts';
import { getPoison, postReplay } from '../../../lib/api/poison.ts';
import { postRun } from '../../../lib/api/start-run.ts';
import { postTestWebhook } from '../../../lib/api/test-webhook.ts';
import type { History } from '../../../lib/history/history.ts';
import { TableRequestKeys } from '../../../lib/pipeline/stores/tables/table-request-keys.ts';
import { emptyPoison } from '../../../lib/pipeline/upkeep/empty-poison.ts';
import { CONTAINERS } from '../../../lib/storage/blobs.ts';
import { QUEUES } from '../../../lib/storage/queues.ts';
import { MemoryTableQueries } from '../../fakes/memory-table-queries.ts';
import { MemoryWebhook } from '../../fakes/memory-webhook.ts';
import { newRun } from '../pipeline/new-run.ts';
import { UnitWorld } from '../pipeline/unit-world.ts';
import { parsed } from './api-samples.ts';

let world: UnitWorld;
let history: History;
beforeEach(() => {
  world = new UnitWorld();
  const { tables, services } = world;
  history = { tables, queries: new MemoryTableQueries(tables), blobs: services.blobs };
});

describe('POST /api/webhook/test', () => {
  const test = async (webhook?: MemoryWebhook) =>
    parsed(await postTestWebhook({ ...world.services, webhook }));

  it('sends a test event, and says that it was accepted', async () => {
    const webhook = new MemoryWebhook();

    expect(await test(webhook)).toMatchObject({
      status: 200,
      body: { receiver: 'hooks.example', accepted: true },
    });
    expect(webhook.heard).toEqual(['webhook.test test']);
  });

  it('says why it was not accepted', async () => {
    const webhook = new MemoryWebhook();
    webhook.answer = () => ({ kind: 'unavailable', detail: 'the receiver answered 500' });

    expect(await test(webhook)).toMatchObject({
      status: 200,
      body: { accepted: false, detail: 'the receiver answered 500' },
    });
  });

  it('lets a receiver that had answered 410 get events again if it accepts the test', async () => {
    const webhook = new MemoryWebhook();
    const { tellings } = world.services;
    await tellings.markGone(webhook.addressHash, world.clock.now());

    webhook.answer = () => ({ kind: 'gone', detail: 'the receiver answered 410' });
    await test(webhook);
    expect(await tellings.goneSince(webhook.addressHash)).toBeDefined();
    webhook.answer = () => ({ kind: 'accepted' });
    await test(webhook);
    expect(await tellings.goneSince(webhook.addressHash)).toBeUndefined();
  });

  it('says that no webhook is set', async () => {
    expect(await test()).toMatchObject({ status: 409 });
  });
});

describe('POST /api/runs', () => {
  const start = async (body: string, key?: string, invocation = 'i1') => {
    const requestKeys = new TableRequestKeys(world.tables);
    const request = { body, key, invocation, caller: 'function key alice' };
    return parsed(await postRun(request, { ...world.services, requestKeys }));
  };

  it('starts a run, and names who asked for it', async () => {
    const { status, body } = await start('{"dryRun":true}');

    expect(status).toBe(202);
    expect(body).toEqual({ runId: expect.any(String), dryRun: true });
    expect(world.tables.all('PatchwrightRuns')).toMatchObject([
      { entity: { startedBy: 'function key alice', dryRun: true } },
    ]);
  });

  it('starts one run for a request that is repeated under its key', async () => {
    const first = await start('', 'k1', 'i1');
    world.clock.advance({ seconds: 90 });
    const again = await start('{}', 'k1', 'i2');
    const other = await start('', 'k2', 'i3');

    expect(again.body).toEqual(first.body);
    expect(other.body.runId).not.toBe(first.body.runId);
    expect(world.tables.all('PatchwrightRuns')).toHaveLength(2);
  });

  it('refuses another request under the same key', async () => {
    await start('', 'k1');
    expect(await start('{"dryRun":true}', 'k1')).toMatchObject({ status: 422 });
  });

  it.each(['', 'a b', 'é', ''.padEnd(201, 'x')])('refuses the key %j', async (key) => {
    expect(await start('', key)).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'Idempotency-Key' }] },
    });
  });

  it('says what is wrong with the body', async () => {
    expect(await start('{"dryRun":1}')).toMatchObject({
      status: 400,
      body: {
        detail: 'dryRun: must be true or false',
        errors: [{ field: 'dryRun', fault: 'must be true or false' }],
      },
    });
  });
});

describe('POST /api/runs/{runId}/cancel', () => {
  const cancel = async (name: string) =>
    parsed(await postCancel(name, 'alice', { ...world.services, history }));

  it('asks an active run to end', async () => {
    const { id } = await world.addRun();
    expect(await cancel(id)).toMatchObject({ status: 202, body: { runId: id } });
    expect(await world.services.cancellations.requestedBy(id)).toBe('alice');
  });

  it('tells an ended run from one that does not exist', async () => {
    const { id } = await world.addRun({ state: 'completed' });
    expect(await cancel(id)).toMatchObject({
      status: 409,
      body: { detail: 'the run has ended: it is completed' },
    });
    expect(await cancel('20261123T020000Z-ffff')).toMatchObject({
      status: 404,
      body: { nearest: [id] },
    });
    expect(await cancel('nonsense')).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'runId' }] },
    });
  });
});

describe('poison messages', () => {
  const names = {
    list: async (_: string, prefix: string) =>
      world.blobs.names(CONTAINERS.reports).filter((name) => name.startsWith(prefix)),
  };
  const replay = async (body: object | string) =>
    parsed(
      await postReplay(typeof body === 'string' ? body : JSON.stringify(body), world.services),
    );
  const kept = async () => {
    const { items } = parsed(await getPoison(names, undefined)).body;
    return items as readonly { readonly name: string }[];
  };
  const poison = async (text: string) => {
    world.queues.sendText(`${QUEUES.runs}-poison`, text);
    await emptyPoison(world.services);
  };

  it('are listed, sent again once, and then no longer kept', async () => {
    const message = { runId: newRun().id };
    await poison(Buffer.from(JSON.stringify(message)).toString('base64'));
    const [first] = await kept();

    expect(first).toMatchObject({ queue: QUEUES.runs, why: 'failed' });
    expect(await replay({ name: first?.name })).toMatchObject({ status: 202 });
    expect(world.queues.pending(QUEUES.runs)).toHaveLength(1);
    expect(await kept()).toEqual([]);
    expect(await replay({ name: first?.name })).toMatchObject({ status: 404 });
  });

  it.each(['"x"', '{"runId":"../../x"}', 'not json'])(
    'that no function can process are not sent: %s',
    async (text) => {
      await poison(Buffer.from(text).toString('base64'));
      const [first] = await kept();

      expect(await replay({ name: first?.name })).toMatchObject({ status: 409 });
      expect(world.queues.pending(QUEUES.runs)).toEqual([]);
    },
  );

  it.each(['../x', 'patchwright-runs/../../etc', 5, undefined])(
    'are not looked for as %j',
    async (name) => {
      expect(await replay({ name })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'name' }] },
      });
    },
  );

  it('need a body that is JSON', async () => {
    expect(await replay('{')).toMatchObject({ status: 400 });
  });
});
