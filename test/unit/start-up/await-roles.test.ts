import { describe, expect, it } from 'vitest';
import { awaitRoles } from '../../../lib/start-up/await-roles.ts';
import type { RoleTrial } from '../../../lib/start-up/role-trials.ts';
import { StorageError } from '../../../lib/storage/storage-error.ts';
import { RecordingLog } from '../../fakes/recording-log.ts';
import { VirtualTime } from '../../fakes/virtual-time.ts';

/** The answers to a trial in order. The last one repeats. */
type Course = readonly ('allowed' | 'refused' | 'silent' | Error)[];

function trialOf(what: string, course: Course) {
  let tries = 0;
  const trial: RoleTrial = {
    what,
    refusal: async () => {
      const answer = course[Math.min(tries, course.length - 1)];
      tries += 1;
      if (answer instanceof Error) throw answer;
      if (answer === 'silent') return new Promise(() => undefined);
      return answer === 'refused' ? '403' : undefined;
    },
  };
  return { trial, tries: () => tries };
}

async function start(courses: Readonly<Record<string, Course>>) {
  const time = new VirtualTime();
  const log = new RecordingLog();
  const trials = Object.entries(courses).map(([what, course]) => trialOf(what, course));
  const done = awaitRoles(
    trials.map(({ trial }) => trial),
    { clock: time.clock, sleep: time.sleep, log },
  );
  const seconds = await time.run(done);
  return { seconds, lines: log.lines, tries: trials.map(({ tries }) => tries()) };
}

describe('the start of the app', () => {
  it('checks once, without a delay or a log line, if the roles are in effect', async () => {
    const { seconds, lines, tries } = await start({ storage: ['allowed'], registry: ['allowed'] });

    expect({ seconds, lines, tries }).toEqual({ seconds: 0, lines: [], tries: [1, 1] });
  });

  it('retries while a role is refused, and logs the refusal and its end once', async () => {
    const { seconds, lines, tries } = await start({
      storage: ['refused', 'refused', 'refused', 'allowed'],
      registry: ['allowed'],
    });

    expect(seconds).toBe(1 + 2 + 4);
    expect(tries).toEqual([4, 1]);
    expect(lines).toEqual([
      {
        level: 'warn',
        message: expect.stringMatching(/not in effect yet.*ten minutes.*retried until/),
        fields: { what: 'storage', detail: '403' },
      },
      { level: 'info', message: 'role assignments are in effect', fields: { waitedMs: 7000 } },
    ]);
  });

  it('continues at its limit and logs one error for each refusal if the roles do not take effect', async () => {
    const { seconds, lines } = await start({ storage: ['refused'], registry: ['refused'] });

    expect(seconds).toBeGreaterThan(10);
    expect(seconds).toBeLessThanOrEqual(20);
    expect(lines.map(({ level, fields }) => [level, fields?.what])).toEqual([
      ['warn', 'storage'],
      ['warn', 'registry'],
      ['error', 'storage'],
      ['error', 'registry'],
    ]);
    expect(lines[3]).toMatchObject({
      message: expect.stringMatching(/continuing.*retried/),
      fields: { what: 'registry', detail: '403' },
    });
  });

  it('never takes longer than its limit, even if an answer never comes', async () => {
    const late = ['refused', 'refused', 'refused', 'refused', 'silent'] as const;

    const { seconds, lines } = await start({ storage: late, registry: ['refused'] });

    expect(seconds).toBeLessThanOrEqual(20);
    expect(lines.at(-1)?.level).toBe('error');
  });

  it('does not retry a service that does not answer', async () => {
    const { seconds, lines, tries } = await start({ storage: ['silent'], registry: ['allowed'] });

    expect(seconds).toBe(5);
    expect(tries).toEqual([1, 1]);
    expect(lines).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('could not check'),
        fields: { what: 'storage', detail: 'no answer within 5 s' },
      },
    ]);
  });

  it('continues after any other failure and logs only texts of our own errors', async () => {
    const { seconds, lines } = await start({
      storage: [new StorageError('unavailable', 'reading a table failed: ECONNREFUSED')],
      registry: [new TypeError('AccountKey=secret')],
    });

    expect(seconds).toBe(0);
    expect(lines.map(({ fields }) => fields)).toEqual([
      { what: 'storage', detail: 'reading a table failed: ECONNREFUSED' },
      { what: 'registry', detail: 'TypeError' },
    ]);
  });
});
