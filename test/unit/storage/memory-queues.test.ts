import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../fakes/manual-clock.ts';
import { MemoryQueues } from '../../fakes/memory-queues.ts';

const QUEUE = 'patchwright-jobs';

function setUp() {
  const clock = new ManualClock();
  const queues = new MemoryQueues({ clock });
  const bodies = () => queues.visible().map(({ body }) => body);
  function receive(id?: number) {
    const message = queues.receive(QUEUE, id === undefined ? {} : { id });
    if (message === undefined) throw new Error('there is no message');
    return message;
  }
  return { clock, queues, bodies, receive };
}

describe('MemoryQueues', () => {
  it('lets a scheduler receive any visible message first', async () => {
    const { queues, bodies, receive } = setUp();
    await queues.send(QUEUE, 'a');
    await queues.send(QUEUE, 'b');
    const [, second] = queues.visible(QUEUE);

    const received = receive(second?.id);

    expect(received.body).toBe('b');
    expect(bodies()).toEqual(['a']);
  });

  it('does not return a hidden message, even by its id', async () => {
    const { queues } = setUp();
    await queues.send(QUEUE, 'later', { delaySeconds: 60 });
    const [hidden] = queues.pending(QUEUE);

    const received = queues.receive(QUEUE, { id: hidden?.id ?? 0 });

    expect(received).toBeUndefined();
  });

  it('returns the time at which the next message becomes visible', async () => {
    const { clock, queues, bodies } = setUp();
    await queues.send(QUEUE, 'later', { delaySeconds: 90 });
    await queues.send('patchwright-runs', 'sooner', { delaySeconds: 30 });

    clock.set(queues.nextVisibleAt() ?? clock.now());

    expect(bodies()).toEqual(['sooner']);
  });

  it('shows a released message after the delay that its receiver chose', async () => {
    const { clock, queues, bodies, receive } = setUp();
    await queues.send(QUEUE, 'job');

    const released = queues.release(receive(), 120);

    clock.advance({ seconds: 119 });
    expect([released, bodies()]).toEqual([true, []]);
    clock.advance({ seconds: 1 });
    expect(queues.visible()).toMatchObject([{ body: 'job', dequeueCount: 1 }]);
  });

  it('refuses to delete, release or poison a message after its receiver lost it', async () => {
    const { clock, queues, receive } = setUp();
    await queues.send(QUEUE, 'job');
    const late = receive();
    clock.advance({ seconds: 600 });
    receive();

    const outcomes = [queues.delete(late), queues.release(late), queues.poison(late)];

    expect(outcomes).toEqual([false, false, false]);
  });

  it('moves a message to the poison queue, where it can be received', async () => {
    const { queues, receive } = setUp();
    await queues.send(QUEUE, { jobId: 'j' });

    queues.poison(receive());

    expect(queues.pending(QUEUE)).toEqual([]);
    expect(queues.receive('patchwright-jobs-poison')?.body).toEqual({ jobId: 'j' });
  });

  it('can drop a message and duplicate one', async () => {
    const { queues, bodies } = setUp();
    await queues.send(QUEUE, 'lost');
    await queues.send(QUEUE, 'twice');
    const [lost, twice] = queues.pending();

    queues.drop(lost?.id ?? 0);
    queues.duplicate(twice?.id ?? 0);

    expect(bodies()).toEqual(['twice', 'twice']);
  });

  it('returns a separate copy of the body to each reader', async () => {
    const { queues } = setUp();
    const message = { targets: ['a'] };
    await queues.send(QUEUE, message);

    message.targets.push('b');

    const [first] = queues.pending();
    const [second] = queues.pending();
    expect(first?.body).toEqual({ targets: ['a'] });
    expect(first?.body).not.toBe(second?.body);
  });
});
