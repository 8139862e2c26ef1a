import { expect, it } from 'vitest';
import { newsOf } from '../../../../lib/pipeline/tell/news.ts';
import { sendNews } from '../../../../lib/pipeline/tell/send-news.ts';
import { EventName } from '../../../../lib/webhook/event-names.ts';
import type { WebhookAnswer } from '../../../../lib/webhook/webhook.ts';
import { ManualClock } from '../../../fakes/manual-clock.ts';
import { MemoryWebhook } from '../../../fakes/memory-webhook.ts';
import { newRun } from '../new-run.ts';
import { toldTarget } from './told-target.ts';

const REFUSED: WebhookAnswer = { kind: 'refused', detail: 'the receiver answered 400' };
const NEWS = newsOf(
  {
    run: newRun(),
    targets: ['1', '2', '3', '4', '5'].map((tag) => toldTarget(tag, 'patched')),
    telling: { told: [], givenUp: [] },
  },
  {
    chosen: new Set(EventName.options),
    source: 'patchwright://registry.example',
    host: 'registry.example',
    options: { databaseWarnDays: 3, databaseMaxDays: 14 },
  },
);
const KEYS = NEWS.map(({ key }) => key);

async function sent(answers: readonly WebhookAnswer[], secondsEach = 0, fresh = NEWS.length) {
  const webhook = new MemoryWebhook();
  const clock = new ManualClock();
  let nth = 0;
  webhook.answer = () => {
    clock.advance({ seconds: secondsEach });
    nth += 1;
    return answers[nth - 1] ?? { kind: 'accepted' };
  };
  const news = { fresh: NEWS.slice(0, fresh), repeated: NEWS.slice(fresh) };
  return { ...(await sendNews({ clock }, webhook, news)), requests: webhook.requests.length };
}

it('sends all of them in order', async () => {
  expect(await sent([])).toMatchObject({ accepted: KEYS, detail: undefined, end: 'all-sent' });
});

it('sends every new event once, however many are refused', async () => {
  expect(await sent([REFUSED, REFUSED, REFUSED, REFUSED])).toMatchObject({
    accepted: KEYS.slice(4),
    refused: KEYS.slice(0, 4),
    detail: 'the receiver answered 400',
    end: 'all-sent',
  });
});

it('repeats refused events until three in a row are refused again', async () => {
  const ok: WebhookAnswer = { kind: 'accepted' };

  expect(await sent([ok, REFUSED, REFUSED, REFUSED], 0, 1)).toMatchObject({ requests: 4 });
  expect(await sent([REFUSED, REFUSED, ok, REFUSED], 0, 0)).toMatchObject({ requests: 5 });
});

it('stops at once if the receiver can not be used', async () => {
  const down: WebhookAnswer = { kind: 'unavailable', detail: 'no answer', retryAfterSeconds: 7 };

  expect(await sent([{ kind: 'accepted' }, down])).toMatchObject({
    accepted: KEYS.slice(0, 1),
    requests: 2,
    retryAfterSeconds: 7,
  });
});

it('stops at once if the receiver wants no event any more', async () => {
  expect(await sent([{ kind: 'gone', detail: 'the receiver answered 410' }])).toMatchObject({
    requests: 1,
    end: 'gone',
  });
});

it('leaves the rest to the next round after a minute', async () => {
  expect(await sent([], 30)).toMatchObject({ accepted: KEYS.slice(0, 2), end: 'time-ran-out' });
});
