import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostSuites, LEFT_OUT, LONG, leftOutSuites } from './suites.ts';

const ROOT = join(import.meta.dirname, '../../..');

it('runs the contract and the suites of the app on the real host', () => {
  expect(hostSuites('usual')).toEqual(
    expect.arrayContaining([
      'test/cli/doctor-app.test.ts',
      'test/world/faulty-settings.test.ts',
      'test/world/first-start.test.ts',
      'test/world/functions-host/functions-host.test.ts',
      'test/world/main-job-failures.test.ts',
      'test/world/main-job.test.ts',
      'test/world/refused-patches.test.ts',
    ]),
  );
  expect(hostSuites('long')).toEqual(Object.keys(LONG));
});

it('leaves out no suite that is not there, and none twice', () => {
  const left = [...Object.keys(LEFT_OUT), ...Object.keys(LONG)];

  expect(left.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  expect(new Set(left).size).toBe(left.length);
});

it.each(['usual', 'long'] as const)(
  'gives a reason for each suite that it leaves out: %s',
  (which) => {
    const all = new Set([...hostSuites('usual'), ...hostSuites('long'), ...Object.keys(LEFT_OUT)]);
    const run = hostSuites(which);
    const leftOut = leftOutSuites(which);

    expect([...run, ...Object.keys(leftOut)].sort()).toEqual([...all].sort());
    expect(Object.values(leftOut).filter((why) => why.length < 20)).toEqual([]);
  },
);
