import type { EventName } from '../../webhook/event-names.ts';
import { LEFT_OUT_TYPE } from '../../webhook/event-names.ts';
import { isRunOver, type Run } from '../records/run.ts';
import type { Telling } from '../records/telling.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';
import { imageEvent, TOLD_STATES, type ToldTarget } from './image-event.ts';
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
  readonly targets: readonly ToldTarget[];
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
  const wanted = TOLD_STATES.filter((state) => about.chosen.has(state)).flatMap((state) =>
    targets.filter((target) => target.state === state),
  );
  const unknown = wanted.filter(({ id }) => !known.has(id));
  const room = Math.max(0, MAX_IMAGES - (wanted.length - unknown.length));
  const ofRun = runEvents(run, about).filter(({ key }) => about.chosen.has(key));
  const isEnd = ({ key }: RunEvent) => key === 'run-ended';
  const leftOut = unknown.slice(room);
  return [
    ...ofRun.filter((event) => !isEnd(event)),
    ...unknown.slice(0, room).map((target) => ({
      key: target.id,
      event: imageEvent(target, about),
    })),
    ...(isRunOver(run) && leftOut.length > 0 ? [leftOutEvent(run, leftOut, about.source)] : []),
    ...ofRun.filter(isEnd),
  ].filter(({ key }) => !known.has(key));
}

function leftOutEvent(run: Run, leftOut: readonly ToldTarget[], source: string): News {
  const count = (wanted: ToldTarget['state']) =>
    leftOut.filter(({ state }) => state === wanted).length;
  const { id, finishedAt, createdAt } = run;
  const time = finishedAt ?? createdAt;
  const event = cloudEvent(
    LEFT_OUT_TYPE,
    { id: `${id}-${LEFT_OUT}`, source, time, subject: `runs/${id}` },
    { run: id, patched: count('patched'), rejected: count('rejected'), failed: count('failed') },
  );
  return { key: LEFT_OUT, event };
}
