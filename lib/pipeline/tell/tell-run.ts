import type { Webhook } from '../../webhook/webhook.ts';
import { countedOperations } from '../counted-operations.ts';
import { leaseFrom } from '../lease.ts';
import { sendTell } from '../messages.ts';
import { isRunOver, type Run } from '../records/run.ts';
import type { RunId } from '../records/run-id.ts';
import { withWarnings } from '../records/run-warnings.ts';
import type { Target } from '../records/target.ts';
import type { Telling } from '../records/telling.ts';
import { type Services, secondsAfter } from '../services.ts';
import type { Stored } from '../stores/stored.ts';
import { eventSource } from './cloud-event.ts';
import { isTold } from './image-event.ts';
import { hasMissed } from './missed-event.ts';
import { type News, newsOf } from './news.ts';
import { eventsOfRound, refusedAfter } from './refused-events.ts';
import { isGivenUp, retryDelay } from './retry-schedule.ts';
import { type Sent, sendNews } from './send-news.ts';

/** After a race for the run's row. */
const AGAIN_SECONDS = 30;

/**
 * One round: sends the events of a run that its receiver does not know. The events are derived from the
 * rows, so none is lost, and none is invented. A crash after a request repeats it with the same id.
 */
export function tellRun(services: Services, runId: RunId): Promise<void> {
  return services.storageUse.during(runId, () => tellRound(services, runId));
}

async function tellRound(services: Services, runId: RunId): Promise<void> {
  const { webhook, clock, options } = services;
  const run = await services.runs.find(runId);
  if (webhook === undefined || run === undefined || isToldWhole(run)) return;
  const lease = leaseFrom(clock.now(), options.leaseSeconds);
  const held = await services.tellings.take(runId, lease);
  if (held === undefined) return;
  const targets = await toldTargets(services, runId);
  const news = newsOf(
    { run, targets, telling: held },
    {
      chosen: webhook.events,
      source: eventSource(services),
      host: services.registry.host,
      options,
    },
  );
  const goneSince = await services.tellings.goneSince(webhook.addressHash);
  const about = { now: clock.now(), isLast: isLastRound(run, clock.now()) };
  const sent =
    goneSince === undefined
      ? await sendNews(services, webhook, eventsOfRound(news, held, about))
      : gone(goneSince);
  if (sent.end === 'gone' && goneSince === undefined) await noteGone(services, webhook, runId);
  await endRound(services, { run, held, news, sent, webhook });
}

/** True if no round of the run is due: it is over, and everything was told or given up. */
function isToldWhole(run: Run): boolean {
  return isRunOver(run) && run.tellSince === undefined;
}

async function toldTargets(services: Services, runId: RunId): Promise<readonly Target[]> {
  const found: Target[] = [];
  const passOver = ({ message }: Error) =>
    services.log.error('unreadable row skipped', { runId, detail: message });
  for await (const target of services.targets.readableOfRun(runId, passOver)) {
    if (isTold(target) || hasMissed(target)) found.push(target);
  }
  return found;
}

function gone(since: Date): Sent {
  const detail = `the receiver answered 410 on ${since.toISOString()}, and gets no event any more`;
  return { accepted: [], refused: [], detail, end: 'gone', retryAfterSeconds: 0 };
}

function isLastRound({ tellSince }: Run, now: Date): boolean {
  return tellSince !== undefined && isGivenUp(tellSince, now);
}

async function noteGone(services: Services, { addressHash, host }: Webhook, runId: RunId) {
  services.log.error('webhook gone', { runId, receiver: host });
  await services.tellings.markGone(addressHash, services.clock.now());
}

interface Round {
  readonly run: Stored<Run>;
  readonly held: Stored<Telling>;
  readonly news: readonly News[];
  readonly sent: Sent;
  readonly webhook: Webhook;
}

/** Writes down what was told before it says that nothing is left. */
async function endRound(services: Services, round: Round): Promise<void> {
  const { run, held, news, sent } = round;
  const now = services.clock.now();
  const told = [...held.told, ...sent.accepted];
  const rest = news.filter(({ key }) => !sent.accepted.includes(key));
  const isGone = sent.end === 'gone';
  const isLast = isLastRound(run, now) || (run.tellSince !== undefined && isGone);
  const isOpen = rest.length > 0 && !isLast;
  const givenUp = isLast ? [...held.givenUp, ...rest.map(({ key }) => key)] : held.givenUp;
  if (isLast && rest.length > 0) logGivenUp(services, round, rest.length);
  const { nextAt, wakeAt, ...waits } = waitsAfter(round, now);
  const saved = await services.tellings.save(held, {
    told,
    givenUp,
    ...waits,
    nextAt: isOpen ? nextAt : now,
    leaseUntil: undefined,
    detail: sent.detail ?? (givenUp.length > 0 || isOpen ? held.detail : undefined),
  });
  if (saved === undefined) return;
  if (isOpen) {
    // A receiver that is gone gets the count of its run's end only.
    if (wakeAt !== undefined && !isGone) await sendTell(services, run.id, secondsTo(wakeAt, now));
    return;
  }
  if (run.tellSince === undefined) return;
  const ended = await services.runs.endTelling(run, {
    ...warningsOf(round, saved.givenUp.length),
    ...countedOperations(services, run),
  });
  if (ended === undefined) await sendTell(services, run.id, AGAIN_SECONDS);
}

/**
 * What a round that leaves events waits for. `nextAt`: no round begins earlier. `wakeAt`: the next message;
 * undefined if the round that was refused has sent it.
 */
function waitsAfter({ run, held, sent }: Round, now: Date) {
  const isDown = sent.end === 'unavailable' || sent.end === 'gone';
  const failures = isDown && sent.accepted.length === 0 ? held.failures + 1 : 0;
  const refused = refusedAfter(held, sent, now);
  if (isDown) {
    const nextAt = secondsAfter(now, retryDelay(Math.max(1, failures), sent.retryAfterSeconds));
    return { ...refused, failures, nextAt, wakeAt: nextAt };
  }
  if (sent.end === 'time-ran-out') return { ...refused, failures, nextAt: now, wakeAt: now };
  const { refusedUntil = now } = refused;
  const isNew = refusedUntil.getTime() !== held.refusedUntil?.getTime();
  // A run that goes on may have other events before.
  const nextAt = isRunOver(run) ? refusedUntil : now;
  return { ...refused, failures, nextAt, wakeAt: isNew ? refusedUntil : undefined };
}

function secondsTo(time: Date, now: Date): number {
  return Math.ceil((time.getTime() - now.getTime()) / 1000);
}

function logGivenUp({ log }: Pick<Services, 'log'>, round: Round, events: number): void {
  const { run, sent, webhook } = round;
  log.error('webhook given up', {
    runId: run.id,
    receiver: webhook.host,
    events,
    detail: sent.detail,
  });
}

/** Derived from the row of what was told, so that a crash before this write loses no warning. */
function warningsOf({ run, sent, webhook, held }: Round, givenUp: number): Pick<Run, 'warnings'> {
  if (givenUp === 0) return {};
  const why = sent.detail ?? held.detail ?? 'the receiver did not accept them';
  return withWarnings(run, [`webhook: ${webhook.host} was not told ${givenUp} events: ${why}`]);
}
