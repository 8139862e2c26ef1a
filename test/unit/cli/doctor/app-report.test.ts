import { describe, expect, it } from 'vitest';
import { parseAppReport } from '../../../../lib/cli/doctor/app-report.ts';

const CHECK = { id: 'policy', title: 'x', seconds: 1, status: 'pass', detail: 'well' };
const REPORT = {
  version: 1,
  command: 'doctor',
  startedAt: '2026-11-23T02:00:00.000Z',
  finishedAt: '2026-11-23T02:00:01.200Z',
  identity: 'app',
  probed: false,
  interrupted: false,
  checks: [CHECK],
};

function parse(report: unknown) {
  return parseAppReport(Buffer.from(typeof report === 'string' ? report : JSON.stringify(report)));
}

describe('parseAppReport', () => {
  it('reads a report, and ignores unknown fields', () => {
    expect(parse({ ...REPORT, toCome: true })).toEqual({
      startedAt: new Date('2026-11-23T02:00:00.000Z'),
      finishedAt: new Date('2026-11-23T02:00:01.200Z'),
      identity: 'app',
      probed: false,
      interrupted: false,
      results: [CHECK],
    });
  });

  it('needs advice for a warning and for a failure', () => {
    for (const status of ['warn', 'fail']) {
      expect(parse({ ...REPORT, checks: [{ ...CHECK, status }] })).toBeUndefined();
      expect(
        parse({ ...REPORT, checks: [{ ...CHECK, status, whatToDo: 'y' }] })?.results,
      ).toMatchObject([{ status, whatToDo: 'y' }]);
    }
  });

  it('makes every text one line without control characters', () => {
    const detail = 'none\n✓ everything is well \u001b[2J';
    const check = { ...CHECK, status: 'fail', detail, faults: [detail], whatToDo: detail };

    expect(parse({ ...REPORT, checks: [check] })?.results).toMatchObject([
      {
        detail: 'none ✓ everything is well',
        faults: ['none ✓ everything is well'],
        whatToDo: 'none ✓ everything is well',
      },
    ]);
  });

  it.each([
    ['a page', '<html>Your app is up</html>'],
    ['another document', { status: 'ok' }],
    ['another version', { ...REPORT, version: 2 }],
    ['another command', { ...REPORT, command: 'run' }],
    ['no check', { ...REPORT, checks: [] }],
    ['too many checks', { ...REPORT, checks: Array.from({ length: 201 }, () => CHECK) }],
    ['an unknown status', { ...REPORT, checks: [{ ...CHECK, status: 'fine' }] }],
    ['an id that is not one', { ...REPORT, checks: [{ ...CHECK, id: 'a b' }] }],
    ['a negative duration', { ...REPORT, checks: [{ ...CHECK, seconds: -1 }] }],
    ['a time that is not one', { ...REPORT, startedAt: 'now' }],
  ])('refuses %s', (_, report) => {
    expect(parse(report)).toBeUndefined();
  });
});
