import { expect, it } from 'vitest';
import { storyLines } from '../../../../lib/cli/images/images-show-command.ts';
import { anImage, aStory, aTarget } from '../../../browser/sample-views.ts';

const context = { stdout: { isTerminal: false, write: () => undefined }, environment: {} };
const image = anImage('team/api:1.4', { unlisted: 412 });
const FIRST = '20261129T020000Z-7f3a';
const SECOND = '20261130T020000Z-7f3a';

const linesOf = (given: Parameters<typeof aStory>[1]) =>
  storyLines(aStory(image, given), context).join('\n');

it('tells each step of each run, with its time and reason, the newest run first', () => {
  const failed = aTarget('team/api:1.4', {
    runId: FIRST,
    state: 'failed',
    discoveredAt: '2026-11-29T02:00:00.000Z',
    events: '2026-11-29T02:09:01.000Z failed tool-failed patch-27e1598798443f78',
  });
  const patched = aTarget('team/api:1.4', {
    runId: SECOND,
    discoveredAt: '2026-11-30T02:00:00.000Z',
    events: '2026-11-30T02:07:00.000Z patching\n2026-11-30T02:09:00.000Z patched',
  });

  const lines = linesOf({ history: [patched, failed] }).split('\n');

  const steps = lines.slice(lines.findIndex((line) => line.startsWith('TIME')));
  expect(steps.map((line) => line.replaceAll(/ +/g, ' ').trim())).toEqual([
    'TIME RUN STATE REASON JOB',
    `2026-11-30 02:00:00 ${SECOND} discovered - -`,
    `2026-11-30 02:07:00 ${SECOND} patching - -`,
    `2026-11-30 02:09:00 ${SECOND} patched - -`,
    `2026-11-29 02:00:00 ${FIRST} discovered - -`,
    `2026-11-29 02:09:01 ${FIRST} failed tool-failed patch-27e1598798443f78`,
  ]);
});

it.each([
  [30, 'there are runs before the last 30: patchwright images show team/api:1.4 --runs 365'],
  [365, 'there are runs before the last 365: patchwright images show team/api:1.4 --runs 1000'],
  [1000, 'there are runs before the last 1000: patchwright runs list'],
])('says how to see the runs before the last %i', (runs, text) => {
  expect(linesOf({ runs, olderRuns: true })).toContain(text);
  expect(linesOf({ runs, olderRuns: false })).not.toContain('there are runs before');
});

it('says how many open vulnerabilities a search does not find', () => {
  expect(linesOf({})).toContain('412 more open vulnerabilities');
});
