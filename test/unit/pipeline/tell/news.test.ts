import { describe, expect, it } from 'vitest';
import { EVENT_DATA } from '../../../../lib/pipeline/tell/event-data.ts';
import { MAX_IMAGES, newsOf, type Rows } from '../../../../lib/pipeline/tell/news.ts';
import { EventName } from '../../../../lib/webhook/event-names.ts';
import { newRun } from '../new-run.ts';
import { toldTarget } from './told-target.ts';

const ENDED = {
  state: 'completed-with-failures',
  finishedAt: new Date('2026-11-23T03:00:00Z'),
  removedCritical: 2,
  remainingCritical: 1,
} as const;
const FAULT = {
  builderCall: 'chroot',
  builderErrno: 'EPERM',
  builderDetail: 'container groups refuse chroot',
  builderSetting: 'standard',
} as const;
const EVERYTHING = EventName.options;

function news(
  rows: Partial<Omit<Rows, 'telling'>> & Partial<Rows['telling']>,
  chosen: readonly EventName[] = EVERYTHING,
) {
  const { run = newRun(ENDED), targets = [], told = [], givenUp = [] } = rows;
  return newsOf(
    { run, targets, telling: { told, givenUp } },
    {
      chosen: new Set(chosen),
      source: 'patchwright://registry.example/ours',
      host: 'registry.example',
      options: { databaseWarnDays: 3, databaseMaxDays: 14 },
    },
  );
}

function types(...given: Parameters<typeof news>): readonly string[] {
  return news(...given).map(({ event }) => event.type.replace('io.patchwright.', ''));
}

describe('the events of a run', () => {
  it('are its problems, its patches and its end, in this order', () => {
    const run = newRun({ ...ENDED, ...FAULT, databaseTime: new Date('2026-11-01T00:00:00Z') });
    const targets = [
      toldTarget('1', 'patched'),
      toldTarget('2', 'failed', { reason: 'tool-failed' }),
      toldTarget('3', 'rejected', { reason: 'not-fixed' }),
    ];

    expect(types({ run, targets })).toEqual([
      'run.database-old',
      'run.no-builder',
      'image.rejected',
      'image.failed',
      'image.patched',
      'run.ended',
    ]);
  });

  it('do not include the end of a run that goes on', () => {
    expect(types({ run: newRun(), targets: [toldTarget('1', 'patched')] })).toEqual([
      'image.patched',
    ]);
  });

  it('are only those that the receiver has chosen', () => {
    const targets = [toldTarget('1', 'patched'), toldTarget('2', 'failed')];

    expect(types({ targets }, ['failed'])).toEqual(['image.failed']);
    expect(types({ targets }, ['run-ended'])).toEqual(['run.ended']);
  });

  it('are only those that were neither told nor given up', () => {
    const [one, two, three] = ['1', '2', '3'].map((tag) => toldTarget(tag, 'patched'));
    const targets = [one, two, three].filter((target) => target !== undefined);
    const [first = '', second = ''] = targets.map(({ id }) => id);

    const left = news({ targets, told: [first], givenUp: [second] });

    expect(left.map(({ event }) => event.subject)).toEqual([
      'team/api:3',
      'runs/20261123T020000Z-7f3a',
    ]);
    expect(types({ targets, told: [...targets.map(({ id }) => id), 'run-ended'] })).toEqual([]);
  });

  it('have the same ids each time', () => {
    const rows = { targets: [toldTarget('1', 'patched'), toldTarget('2', 'failed')] };
    const ids = () => news(rows).map(({ event }) => event.id);

    expect(ids()).toEqual(ids());
    expect(new Set(ids()).size).toBe(3);
  });

  it('match their schemas', () => {
    const run = newRun({ ...ENDED, ...FAULT, databaseTime: new Date('2026-11-01T00:00:00Z') });
    const targets = [toldTarget('1', 'patched', { beforeCritical: 3, afterCritical: 1 })];

    for (const { event } of news({ run, targets })) {
      const plain = JSON.parse(JSON.stringify(event));
      expect(EVENT_DATA[event.type].strict().safeParse(plain.data).error).toBeUndefined();
      expect(plain).toMatchObject({ specversion: '1.0', datacontenttype: 'application/json' });
    }
  });
});

describe('of a run with very many images', () => {
  const many = Array.from({ length: MAX_IMAGES + 20 }, (_, at) => toldTarget(`v${at}`, 'patched'));

  it('the receiver gets a limited number, and one event with the number of the others', () => {
    const all = news({ targets: [...many, toldTarget('bad', 'failed')] });

    expect(all).toHaveLength(MAX_IMAGES + 2);
    expect(all[0]?.event.subject).toBe('team/api:bad');
    expect(all.at(-2)?.event).toMatchObject({
      type: 'io.patchwright.run.events-left-out',
      data: { patched: 21, rejected: 0, failed: 0, targetMissed: 0 },
    });
  });

  it('the limit counts what was told before', () => {
    const told = many.slice(0, MAX_IMAGES).map(({ id }) => id);

    expect(types({ targets: many, told })).toEqual(['run.events-left-out', 'run.ended']);
    expect(types({ run: newRun(), targets: many, told })).toEqual([]);
  });
});

it('hides nothing and leaks nothing of hostile texts', () => {
  const detail = `line\u0000one\u202E password=hunter2 https://user:secret@host/ ${'x'.repeat(2000)}`;
  const [one] = news({ targets: [toldTarget('1', 'failed', { detail })] });

  const text = JSON.stringify(one?.event);
  expect(text).not.toMatch(/secret|\u202E|\\u0000/);
  expect(text.length).toBeLessThan(1500);
});

describe('a missed target', () => {
  const examinedAt = new Date('2026-11-23T02:10:00Z');
  const missed = {
    missed: 'critical,high',
    examinedAt,
    openSinceCritical: new Date('2026-11-15T02:00:00Z'),
    openSinceHigh: new Date('2026-10-20T02:00:00Z'),
  };
  const run = newRun({ ...ENDED, targetDays: { critical: 3, high: 30 } });

  it('is an event of its own, beside what the run did about the image', () => {
    const targets = [
      toldTarget('1', 'failed', { reason: 'tool-failed', ...missed }),
      { ...toldTarget('2', 'failed', missed), state: 'waiting' as const },
      { ...toldTarget('3', 'failed', missed), state: 'scanning' as const },
    ];

    const told = news({ run, targets });

    expect(told.map(({ event }) => `${event.subject} ${event.type}`)).toEqual([
      'team/api:1 io.patchwright.image.failed',
      'team/api:1 io.patchwright.image.target-missed',
      'team/api:2 io.patchwright.image.target-missed',
      'runs/20261123T020000Z-7f3a io.patchwright.run.ended',
    ]);
    expect(new Set(told.map(({ key }) => key)).size).toBe(4);
    expect(told[2]?.event.data).toMatchObject({
      state: 'waiting',
      severities: [
        { severity: 'critical', fixSince: '2026-11-15T02:00:00.000Z', days: 8, targetDays: 3 },
        { severity: 'high', days: 34, targetDays: 30 },
      ],
    });
    const { data } = JSON.parse(JSON.stringify(told[1]?.event));
    const schema = EVENT_DATA['io.patchwright.image.target-missed'];
    expect(schema.strict().safeParse(data).error).toBeUndefined();
  });

  it('is told once, and to those who chose it', () => {
    const targets = [toldTarget('1', 'failed', missed)];
    const [, second] = news({ run, targets });

    expect(types({ run, targets, told: [second?.key ?? ''] }, ['target-missed'])).toEqual([]);
    expect(types({ run, targets }, ['target-missed'])).toEqual(['image.target-missed']);
  });
});
