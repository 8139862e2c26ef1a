import { beforeAll, describe, expect, it } from 'vitest';
import { QUEUES, type QueueName, type Queues } from '../../../lib/storage/queues.ts';

/** A received message. */
export interface Received {
  readonly body: unknown;
  readonly dequeueCount: number;
  /** Returns false if the message was received again since, or is gone. */
  delete(): Promise<boolean>;
}

export interface QueuesFixture {
  readonly queues: Queues;
  /** The same in an account without queues. */
  readonly unprovisioned: Queues;
  /** Receives like the Functions host (base64, then JSON) and hides the message for this time. */
  receive(queue: QueueName, visibilitySeconds: number): Promise<Received | undefined>;
  /** Lets time pass, and tries to receive until a message arrives or the time is over. */
  receiveWithin(queue: QueueName, seconds: number): Promise<Received | undefined>;
  /** The number of messages in the queue, visible or not. */
  count(queue: QueueName): Promise<number>;
  clear(queue: QueueName): Promise<void>;
  /** Replaces the content of the queue's poison queue with these texts. */
  poison(queue: QueueName, ...texts: readonly string[]): Promise<void>;
  /** The number of messages in the poison queue, visible or not. */
  countPoison(queue: QueueName): Promise<number>;
}

const QUEUE = QUEUES.jobs;
const KIB = 1024;
/** A receipt in the format of the service. */
const OTHER_RECEIPT = Buffer.from('30Nov202605:06:511234').toString('base64');

/** A JSON string of this many bytes, including the quotes. */
const textOf = (bytes: number) => 'x'.repeat(bytes - 2);

/** The contract of `Queues`, for every adapter and the fake. */
export function describeQueues(name: string, make: () => Promise<QueuesFixture>): void {
  describe(`${name} as queues`, () => {
    let fixture: QueuesFixture;
    let queues: Queues;
    beforeAll(async () => {
      fixture = await make();
      queues = fixture.queues;
    });

    async function emptyQueue(): Promise<QueueName> {
      await fixture.clear(QUEUE);
      return QUEUE;
    }

    it.each([
      ['an object', { runId: '20261123T020000Z-7f3a', wake: 3 }],
      ['hostile text', { text: '<Message>&amp;]]>\u0000\n"ключ" 🔑' }],
      ['a list', [1, null, { deep: [true] }]],
      ['a string that looks like a number', '42'],
    ])('delivers %s unchanged', async (_what, message) => {
      const queue = await emptyQueue();

      await queues.send(queue, message);

      const received = await fixture.receive(queue, 60);
      expect(received).toMatchObject({ body: message, dequeueCount: 1 });
    });

    it('delivers a message only to its own queue', async () => {
      const queue = await emptyQueue();
      await fixture.clear(QUEUES.runs);

      await queues.send(QUEUES.runs, 'tick');

      expect(await fixture.receive(queue, 60)).toBeUndefined();
      expect((await fixture.receive(QUEUES.runs, 60))?.body).toBe('tick');
    });

    it('hides a message for the given delay', async () => {
      const queue = await emptyQueue();

      await queues.send(queue, 'later', { delaySeconds: 2 });

      expect(await fixture.receive(queue, 60)).toBeUndefined();
      expect((await fixture.receiveWithin(queue, 5))?.body).toBe('later');
    });

    it('accepts a delay of 7 days', async () => {
      const queue = await emptyQueue();

      await queues.send(queue, 'next week', { delaySeconds: 7 * 24 * 3600 });

      expect(await fixture.count(queue)).toBe(1);
    });

    it.each([-1, 0.5, 7 * 24 * 3600 + 1, Number.NaN])(
      'refuses a delay of %d seconds',
      async (delaySeconds) => {
        const queue = await emptyQueue();

        const sending = queues.send(queue, 'never', { delaySeconds });

        await expect(sending).rejects.toMatchObject({ name: 'StorageError', code: 'invalid' });
        expect(await fixture.count(queue)).toBe(0);
      },
    );

    it('accepts a message of 48 KiB', async () => {
      const queue = await emptyQueue();
      const message = textOf(48 * KIB);

      await queues.send(queue, message);

      expect((await fixture.receive(queue, 60))?.body).toBe(message);
    });

    it.each([
      ['a message larger than 48 KiB', textOf(48 * KIB + 1)],
      ['a message that is larger in UTF-8 only', 'é'.repeat(24 * KIB)],
      ['a value that is not JSON', undefined],
    ])('refuses %s', async (_what, message) => {
      const queue = await emptyQueue();

      const sending = queues.send(queue, message);

      await expect(sending).rejects.toMatchObject({ name: 'StorageError', code: 'invalid' });
      expect(await fixture.count(queue)).toBe(0);
    });

    it('hides a received message and delivers it again unless it is deleted', async () => {
      const queue = await emptyQueue();
      await queues.send(queue, 'job');

      const first = await fixture.receive(queue, 2);
      const meanwhile = await fixture.receive(queue, 2);
      const second = await fixture.receiveWithin(queue, 5);

      expect([first?.dequeueCount, meanwhile, second?.dequeueCount]).toEqual([1, undefined, 2]);
    });

    it('lets only the last receiver delete a message', async () => {
      const queue = await emptyQueue();
      await queues.send(queue, 'job');
      const first = await fixture.receive(queue, 1);
      const second = await fixture.receiveWithin(queue, 5);

      const deleted = [await first?.delete(), await second?.delete(), await second?.delete()];

      expect(deleted).toEqual([false, true, false]);
      expect(await fixture.count(queue)).toBe(0);
    });

    it('receives poison messages with their stored text and hides them', async () => {
      await fixture.poison(QUEUE, 'e30=', '//5BgA==', 'not base64 at all');

      const received = await queues.receivePoison(QUEUE);
      const meanwhile = await queues.receivePoison(QUEUE);

      expect(received.map(({ text }) => text).sort()).toEqual(
        ['e30=', '//5BgA==', 'not base64 at all'].sort(),
      );
      expect(new Set(received.map(({ id }) => id)).size).toBe(3);
      expect(received.map(({ insertedAt }) => Number.isNaN(insertedAt.getTime()))).toEqual([
        false,
        false,
        false,
      ]);
      expect(meanwhile).toEqual([]);
    });

    it('deletes a poison message only with its receipt, and can be repeated', async () => {
      await fixture.poison(QUEUE, 'e30=');
      const [message] = await queues.receivePoison(QUEUE);
      if (message === undefined) throw new Error('there is no message');

      const wrongReceipt = { ...message, receipt: OTHER_RECEIPT };
      await queues.deletePoison(QUEUE, wrongReceipt);
      const left = await fixture.countPoison(QUEUE);
      await queues.deletePoison(QUEUE, message);
      await queues.deletePoison(QUEUE, message);

      expect(left).toBe(1);
      expect(await fixture.countPoison(QUEUE)).toBe(0);
    });

    it('receives at most 32 poison messages at once', async () => {
      await fixture.poison(QUEUE, ...Array.from({ length: 33 }, (_, at) => `message ${at}`));

      expect(await queues.receivePoison(QUEUE)).toHaveLength(32);
      expect(await queues.receivePoison(QUEUE)).toHaveLength(1);
    });

    it('receives nothing if there is no poison queue', async () => {
      expect(await fixture.unprovisioned.receivePoison(QUEUE)).toEqual([]);
    });

    it('reports a missing queue', async () => {
      const sending = fixture.unprovisioned.send(QUEUE, 'job');

      await expect(sending).rejects.toMatchObject({ code: 'not-provisioned' });
    });
  });
}
