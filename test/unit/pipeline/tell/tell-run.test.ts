import { describe, expect, it } from 'vitest';
import { sendTell } from '../../../../lib/pipeline/messages.ts';
import type { Run } from '../../../../lib/pipeline/records/run.ts';
import { RunId } from '../../../../lib/pipeline/records/run-id.ts';
import { tellRun } from '../../../../lib/pipeline/tell/tell-run.ts';
import { reap } from '../../../../lib/pipeline/upkeep/reap.ts';
import type { WebhookAnswer } from '../../../../lib/webhook/webhook.ts';
import { MemoryWebhook } from '../../../fakes/memory-webhook.ts';
import { UnitWorld } from '../unit-world.ts';
import { toldTarget } from './told-target.ts';

const RUN = RunId.parse('20261123T020000Z-7f3a');
const DOWN: WebhookAnswer = { kind: 'unavailable', detail: 'the receiver answered 503' };
const ENDED = 'run.ended runs/20261123T020000Z-7f3a';

async function endedRun(changes: Partial<Run> = {}, webhook = new MemoryWebhook()) {
  const world = new UnitWorld({ webhook });
  const now = world.clock.now();
  const ended = { state: 'completed', finishedAt: now, tellSince: now } as const;
  await world.addRun({ ...ended, ...changes });
  await world.addTargets(
    toldTarget('1', 'patched'),
    toldTarget('2', 'failed', { reason: 'tool-failed' }),
  );
  return { world, webhook, tell: () => tellRun(world.services, RUN) };
}

const ALL = ['image.failed team/api:2', 'image.patched team/api:1', ENDED];

describe('an ended run', () => {
  it('tells its events once, and notes that nothing is left', async () => {
    const { world, webhook, tell } = await endedRun();

    await tell();
    await tell();

    expect(webhook.heard).toEqual(ALL);
    expect((await world.runAt(RUN)).tellSince).toBeUndefined();
    expect(world.messages()).toEqual([]);
  });

  it('tells the rest after the receiver worked again', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = ({ id }) => (id.endsWith('run-ended') ? DOWN : { kind: 'accepted' });
    await tell();
    webhook.answer = () => ({ kind: 'accepted' });

    await tell();
    expect(webhook.heard).toHaveLength(2);
    world.clock.advance({ seconds: 10 });
    await tell();

    expect(webhook.heard).toEqual(ALL);
  });

  it('repeats an event with its id if the process died before it was noted', async () => {
    const { world, webhook, tell } = await endedRun();
    const { save } = world.services.tellings;
    world.services.tellings.save = async () => {
      throw new Error('the process died');
    };
    await expect(tell()).rejects.toThrow();
    world.services.tellings.save = save.bind(world.services.tellings);
    world.clock.advance({ seconds: 901 });

    await tell();

    const ids = webhook.accepted.map(({ id }) => id);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(3);
  });

  it('has one round at a time', async () => {
    const { webhook, tell } = await endedRun();

    await Promise.all([tell(), tell()]);

    expect(webhook.requests).toHaveLength(3);
  });

  it('waits longer after each round in which the receiver accepts nothing', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = () => DOWN;
    const waits: number[] = [];
    for (let round = 0; round < 9; round += 1) {
      await tell();
      const next = world.queues.nextVisibleAt() ?? world.clock.now();
      waits.push((next.getTime() - world.clock.now().getTime()) / 1000);
      world.clock.set(next);
      const message = world.queues.receive('patchwright-runs');
      if (message !== undefined) world.queues.delete(message);
    }

    expect(waits).toEqual([10, 60, 300, 900, 1800, 3600, 7200, 14_400, 14_400]);
    expect(webhook.requests).toHaveLength(9);
  });

  it('waits as long as the receiver asks, up to an hour', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = () => ({ ...DOWN, kind: 'unavailable', retryAfterSeconds: 90_000 });

    await tell();

    const next = world.queues.nextVisibleAt()?.getTime() ?? 0;
    expect(next - world.clock.now().getTime()).toBe(3_600_000);
  });

  it('gives up after a day, and says so in its row and in the log', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = () => DOWN;
    world.clock.advance({ seconds: 24 * 3600 });

    await tell();

    const run = await world.runAt(RUN);
    const warning = 'webhook: hooks.example was not told 3 events: the receiver answered 503';
    expect(run.tellSince).toBeUndefined();
    expect(run.warnings).toBe(warning);
    expect(world.logged('webhook given up')).toEqual([
      { runId: RUN, receiver: 'hooks.example', events: 3, detail: 'the receiver answered 503' },
    ]);
    expect(world.messages()).toEqual([]);
  });

  it('tells the others if the receiver refuses one event', async () => {
    const { webhook, tell } = await endedRun();
    webhook.answer = ({ body }) =>
      body.includes('tool-failed')
        ? { kind: 'refused', detail: 'the receiver answered 400' }
        : { kind: 'accepted' };

    await tell();

    expect(webhook.heard).toEqual(ALL.slice(1));
  });
});

describe('a receiver that refuses some events', () => {
  const refuseFailed = ({ body }: { readonly body: string }): WebhookAnswer =>
    body.includes('tool-failed')
      ? { kind: 'refused', detail: 'the receiver answered 422' }
      : { kind: 'accepted' };
  const failed = (tag: string) => toldTarget(tag, 'failed', { reason: 'tool-failed' });
  const underWay = { state: 'running', finishedAt: undefined, tellSince: undefined } as const;

  it('gets all the others in the same round', async () => {
    const { world, webhook, tell } = await endedRun();
    await world.addTargets(failed('3'), failed('4'), failed('5'));
    webhook.answer = refuseFailed;

    await tell();

    expect(webhook.heard).toEqual(ALL.slice(1));
  });

  it('gets a new event at once, however long the refused ones wait', async () => {
    const { world, webhook, tell } = await endedRun(underWay);
    webhook.answer = refuseFailed;
    for (let round = 0; round < 9; round += 1) {
      await tell();
      world.clock.advance({ seconds: 4 * 3600 });
    }
    await tell();
    await world.addTargets(toldTarget('3', 'patched'));

    await tell();

    expect(webhook.heard).toEqual(['image.patched team/api:1', 'image.patched team/api:3']);
    expect(webhook.requests).toHaveLength(12);
  });

  it('gets them again after a wait, and the last time when they are given up', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = refuseFailed;
    await tell();
    await tell();
    expect(webhook.requests).toHaveLength(3);

    world.clock.advance({ seconds: 10 });
    await tell();
    expect(webhook.requests).toHaveLength(4);
    world.clock.advance({ seconds: 24 * 3600 });
    await tell();

    expect(webhook.requests).toHaveLength(5);
    expect((await world.runAt(RUN)).warnings).toContain('was not told 1 events');
  });

  it('has one message for the next round, however many hints came', async () => {
    const { world, webhook, tell } = await endedRun(underWay);
    webhook.answer = refuseFailed;

    await tell();
    await tell();
    await tell();

    expect(world.messages()).toEqual([{ tell: RUN }]);
  });
});

describe('a receiver that answers 410', () => {
  it('gets no event any more, and the run says so', async () => {
    const { world, webhook, tell } = await endedRun();
    webhook.answer = () => ({ kind: 'gone', detail: 'the receiver answered 410' });

    await tell();
    expect(webhook.requests).toHaveLength(1);
    await world.addRun({
      id: RunId.parse('20261124T020000Z-7f3a'),
      state: 'canceled',
      tellSince: world.clock.now(),
    });
    await tellRun(world.services, RunId.parse('20261124T020000Z-7f3a'));

    expect(webhook.requests).toHaveLength(1);
    expect(world.logged('webhook gone')).toEqual([{ runId: RUN, receiver: 'hooks.example' }]);
    expect((await world.runAt(RUN)).warnings).toContain('was not told 3 events');
  });
});

it('gives up what a receiver refused before it answers 410', async () => {
  const { world, webhook, tell } = await endedRun();
  const refused: WebhookAnswer = { kind: 'refused', detail: 'the receiver answered 400' };
  webhook.answer = ({ id }) => (id.endsWith('run-ended') ? { kind: 'accepted' } : refused);
  await tell();
  webhook.answer = () => ({ kind: 'gone', detail: 'the receiver answered 410' });
  world.clock.advance({ seconds: 3600 });

  await tell();

  expect((await world.runAt(RUN)).warnings).toContain('was not told 2 events');
  expect(world.logged('webhook given up')).toMatchObject([{ events: 2 }]);
});

describe('a run that goes on', () => {
  it('tells what has happened so far, and later only the rest', async () => {
    const { world, webhook, tell } = await endedRun({
      state: 'running',
      finishedAt: undefined,
      tellSince: undefined,
    });

    await tell();
    await world.addTargets(toldTarget('3', 'rejected', { reason: 'not-fixed' }));
    await tell();

    expect(webhook.heard).toEqual([...ALL.slice(0, 2), 'image.rejected team/api:3']);
  });
});

it('the reaper wakes a run whose message was lost', async () => {
  const { world, webhook } = await endedRun();

  await reap(world.services);
  expect(world.messages()).toEqual([{ tell: RUN }]);
  await world.settle();

  expect(webhook.heard).toEqual(ALL);
});

it('without a receiver, a message does nothing', async () => {
  const world = new UnitWorld();
  await world.addRun();
  await sendTell(world.services, RUN);

  await world.settle();

  expect(world.tables.all('PatchwrightState')).toEqual([]);
});
