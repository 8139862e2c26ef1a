import { describe, expect, it } from 'vitest';
import { useAtEnd } from '../../../../lib/pipeline/records/use-at-end.ts';
import { job, now } from '../run/run-samples.ts';

const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const running = job('a', { launchedAt: now, vcpu: 2, memoryGb: 4 });

describe('the use of a container group', () => {
  it('is its seconds from the request to the end, times its vCPU and its memory', () => {
    const use = useAtEnd(running, { state: 'done' }, later(90));

    expect(use).toEqual({ groups: 1, groupSeconds: 90, vcpuSeconds: 180, gbSeconds: 360 });
  });

  it.each(['lost', 'canceled', 'ready'] as const)(
    'counts if the job becomes %s while it runs',
    (state) => {
      expect(useAtEnd(running, { state }, later(60))).toMatchObject({
        groups: 1,
        groupSeconds: 60,
      });
    },
  );

  it('adds to that of earlier groups of the job', () => {
    const again = { ...running, groups: 1, groupSeconds: 10, vcpuSeconds: 20, gbSeconds: 40 };

    expect(useAtEnd(again, { state: 'done' }, later(5))).toEqual({
      groups: 2,
      groupSeconds: 15,
      vcpuSeconds: 30,
      gbSeconds: 60,
    });
  });

  it('is nothing while it goes on, and once it was counted', () => {
    expect(useAtEnd(running, {}, later(60))).toEqual({});
    expect(useAtEnd({ ...running, state: 'launching' }, { state: 'running' }, later(9))).toEqual(
      {},
    );
    expect(useAtEnd({ ...running, state: 'ready' }, { state: 'lost' }, later(60))).toEqual({});
  });

  it('is nothing if Azure refused the group', () => {
    const launching = { ...running, state: 'launching' } as const;

    expect(useAtEnd(launching, { state: 'ready', attempt: 0 }, later(60))).toEqual({});
    expect(useAtEnd(launching, { state: 'lost', attempt: 0 }, later(60))).toEqual({});
  });

  it('is unknown if the job is done before anybody saw the group', () => {
    const launching = { ...running, state: 'launching' } as const;

    // Its images may have ended with the refusal, in a step that could not write the job.
    expect(useAtEnd(launching, { state: 'done' }, later(60))).toEqual({ unseenGroups: 1 });
  });

  it('is unknown if nobody saw the group, or its end', () => {
    const launching = { ...running, state: 'launching' } as const;

    expect(useAtEnd(launching, { state: 'canceled' }, later(60))).toEqual({ unseenGroups: 1 });
    expect(useAtEnd(launching, { state: 'ready' }, later(60))).toEqual({ unseenGroups: 1 });
    expect(useAtEnd(running, { state: 'run-over' }, later(5000))).toEqual({ unseenGroups: 1 });
  });

  it('is never negative, if the clocks of two steps differ', () => {
    expect(useAtEnd(running, { state: 'done' }, later(-3))).toMatchObject({ groupSeconds: 0 });
  });
});
