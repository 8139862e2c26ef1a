import type { EventName } from '../../webhook/event-names.ts';
import { LEFT_OUT_TYPE } from '../../webhook/event-names.ts';
import { isRunOver, type Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import type { Telling } from '../records/telling.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';
import { imageEvent, isTold, type ToldState } from './image-event.ts';
import { hasMissed, missedEvent, missedKey } from './missed-event.ts';
import { type RunEvent, runEvents } from './run-events.ts';

/** A receiver gets events of so many images of one run. The others are counted in one event. */
export const MAX_IMAGES = 500;
const LEFT_OUT = 'left-out';

/** An event that the receiver does not know. */
export interface News {
  readonly key: string;
  readonly event: CloudEvent;
}

/** The rows from which events are derived, and what was told of them. */
export interface Rows {
  readonly run: Run;
  readonly targets: readonly Target[];
  readonly telling: Pick<Telling, 'told' | 'givenUp'>;
}

/**
 * The events of a run that its receiver does not know, in the order in which they are sent: problems
 * before patches, and the end of the run last.
 */
export function newsOf(
  { run, targets, telling }: Rows,
  about: {
    readonly chosen: ReadonlySet<EventName>;
    readonly host: string;
  } & Parameters<typeof runEvents>[1],
): readonly News[] {
  const known = new Set([...telling.told, ...telling.givenUp]);
  const wanted = imageNews(targets, { ...about, run }).filter(({ name }) => about.chosen.has(name));
  const unknown = wanted.filter(({ key }) => !known.has(key));
  const room = Math.max(0, MAX_IMAGES - (wanted.length - unknown.length));
  const ofRun = runEvents(run, about).filter(({ key }) => about.chosen.has(key));
  const isEnd = ({ key }: RunEvent) => key === 'run-ended';
  const leftOut = unknown.slice(room);
  return [
    ...ofRun.filter((event) => !isEnd(event)),
    ...unknown.slice(0, room).map(({ key, make }) => ({ key, event: make() })),
    ...(isRunOver(run) && leftOut.length > 0 ? [leftOutEvent(run, leftOut, about.source)] : []),
    ...ofRun.filter(isEnd),
  ].filter(({ key }) => !known.has(key));
}

/** An event of an image that is not made yet. */
interface ImageNews {
  readonly key: string;
  readonly name: ToldState | 'target-missed';
  readonly make: () => CloudEvent;
}

function imageNews(
  targets: readonly Target[],
  about: Parameters<typeof missedEvent>[1],
): readonly ImageNews[] {
  const told = targets.filter(isTold);
  const ofState = (name: ToldState): readonly ImageNews[] =>
    told
      .filter(({ state }) => state === name)
      .map((target) => ({ key: target.id, name, make: () => imageEvent(target, about) }));
  const missed = targets.filter(hasMissed).map((target) => ({
    key: missedKey(target),
    name: 'target-missed' as const,
    make: () => missedEvent(target, about),
  }));
  return [...ofState('rejected'), ...ofState('failed'), ...missed, ...ofState('patched')];
}

function leftOutEvent(run: Run, leftOut: readonly ImageNews[], source: string): News {
  const count = (wanted: ImageNews['name']) => leftOut.filter(({ name }) => name === wanted).length;
  const { id, finishedAt, createdAt } = run;
  const time = finishedAt ?? createdAt;
  const event = cloudEvent(
    LEFT_OUT_TYPE,
    { id: `${id}-${LEFT_OUT}`, source, time, subject: `runs/${id}` },
    {
      run: id,
      patched: count('patched'),
      rejected: count('rejected'),
      failed: count('failed'),
      targetMissed: count('target-missed'),
    },
  );
  return { key: LEFT_OUT, event };
}
