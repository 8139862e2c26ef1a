import { expect, it } from 'vitest';
import { newsOf } from '../../../../lib/pipeline/tell/news.ts';
import { eventsOfRound, refusedAfter } from '../../../../lib/pipeline/tell/refused-events.ts';
import type { Sent } from '../../../../lib/pipeline/tell/send-news.ts';
import { EventName } from '../../../../lib/webhook/event-names.ts';
import { newRun } from '../new-run.ts';
import { toldTarget } from './told-target.ts';

const now = new Date('2026-11-23T03:00:00Z');
const later = new Date('2026-11-23T03:05:00Z');
const NEWS = newsOf(
  {
    run: newRun(),
    targets: ['1', '2', '3'].map((tag) => toldTarget(tag, 'patched')),
    telling: { told: [], givenUp: [] },
  },
  {
    chosen: new Set(EventName.options),
    source: 'patchwright://registry.example',
    host: 'registry.example',
    options: { databaseWarnDays: 3, databaseMaxDays: 14 },
  },
);
const [a = '', b = '', c = ''] = NEWS.map(({ key }) => key);

function round(refused: readonly string[], isLast = false, refusedUntil: Date = later) {
  const known = { refused, refusals: 1, refusedUntil };
  const { fresh, repeated } = eventsOfRound(NEWS, known, { now, isLast });
  return [fresh, repeated].map((events) => events.map(({ key }) => key));
}

function sent(changes: Partial<Sent>): Sent {
  const nothing = { accepted: [], refused: [], detail: undefined, retryAfterSeconds: 0 };
  return { ...nothing, end: 'all-sent', ...changes };
}

it('keeps refused events for later, apart from the last round', () => {
  expect(round([a])).toEqual([[b, c], []]);
  expect(round([a], true)).toEqual([[b, c], [a]]);
});

it('repeats those first whose last refusal is oldest', () => {
  expect(round([c, a], false, now)).toEqual([[b], [c, a]]);
  const known = { refused: [c, a], refusals: 1, refusedUntil: now };
  expect(refusedAfter(known, sent({ refused: [c] }), now).refused).toEqual([a, c]);
});

it('waits longer after each round that repeats refused events in vain', () => {
  const known = { refused: [a], refusals: 2, refusedUntil: now };

  const again = refusedAfter(known, sent({ refused: [a] }), now);
  expect(again).toEqual({ refused: [a], refusals: 3, refusedUntil: later });
  const better = refusedAfter({ ...known, refused: [a, b] }, sent({ accepted: [b] }), now);
  expect(better).toMatchObject({ refused: [a], refusals: 1 });
});

it('does not move the wait if only new events were sent', () => {
  const known = { refused: [a], refusals: 2, refusedUntil: later };

  expect(refusedAfter(known, sent({ refused: [b] }), now)).toEqual({ ...known, refused: [a, b] });
});

it('forgets the wait once the receiver has accepted them all', () => {
  const known = { refused: [a], refusals: 2, refusedUntil: now };

  expect(refusedAfter(known, sent({ accepted: [a] }), now)).toEqual({
    refused: [],
    refusals: 0,
    refusedUntil: undefined,
  });
});
