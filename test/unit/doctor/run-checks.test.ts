import { describe, expect, it } from 'vitest';
import { pass } from '../../../lib/doctor/outcome.ts';
import { type RunnableCheck, runChecks } from '../../../lib/doctor/run-checks.ts';
import { VirtualTime } from '../../fakes/virtual-time.ts';

function checkThatTakes(
  time: VirtualTime,
  id: string,
  seconds: number,
  needs: readonly string[] = [],
): RunnableCheck {
  return {
    id,
    title: id,
    needs,
    limitSeconds: 60,
    cleansUp: false,
    run: () => time.sleep(seconds * 1000).then(() => pass('well')),
  };
}

async function run(time: VirtualTime, checks: readonly RunnableCheck[], concurrency = 6) {
  const done = runChecks(checks, {
    concurrency,
    limitSeconds: 100,
    clock: time.clock,
    sleep: time.sleep,
    stop: new AbortController().signal,
    onChange: () => undefined,
  });
  const seconds = await time.run(done);
  return { seconds, results: (await done).map(({ status, detail }) => `${status}: ${detail}`) };
}

describe('runChecks', () => {
  it('ends a check at its own limit', async () => {
    const time = new VirtualTime();

    const { seconds, results } = await run(time, [checkThatTakes(time, 'a', 1000)]);

    expect(seconds).toBe(60);
    expect(results).toEqual(['fail: not finished within 60 s']);
  });

  it('ends all checks within their common limit', async () => {
    const time = new VirtualTime();
    const chain = [
      checkThatTakes(time, 'a', 55),
      checkThatTakes(time, 'b', 1000, ['a']),
      checkThatTakes(time, 'c', 1, ['b']),
    ];

    const { seconds, results } = await run(time, chain);

    expect(seconds).toBe(100);
    expect(results).toEqual([
      'pass: well',
      'fail: not finished within 45 s',
      'skipped: not checked: it needs b',
    ]);
  });

  it('fails a check without starting it if no time is left', async () => {
    const time = new VirtualTime();
    const queue = ['a', 'b', 'c'].map((id) => checkThatTakes(time, id, 50));

    const { seconds, results } = await run(time, queue, 1);

    expect(seconds).toBe(100);
    expect(results.at(-1)).toBe('fail: no time left: all checks together had 100 s');
  });
});
