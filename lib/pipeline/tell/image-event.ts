import { plainText } from '../../text/plain-text.ts';
import { EVENT_TYPES } from '../../webhook/event-names.ts';
import type { Target } from '../records/target.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';
import type { Severities } from './event-data.ts';

const LONGEST_DETAIL = 500;

/** The states of a target that are events. */
export const TOLD_STATES = ['rejected', 'failed', 'patched'] as const;
export type ToldState = (typeof TOLD_STATES)[number];
export type ToldTarget = Target & { readonly state: ToldState };

export function isTold(target: Target): target is ToldTarget {
  return TOLD_STATES.some((state) => state === target.state);
}

/** An image that was patched, rejected, or failed. */
export function imageEvent(
  target: ToldTarget,
  at: { readonly source: string; readonly host: string },
): CloudEvent<(typeof EVENT_TYPES)[ToldState]> {
  const { runId: run, id, repository, tag, state, reason, detail } = target;
  const { sourceDigest, patchTag, patchDigest, floatingTag } = target;
  const time = target.finishedAt ?? target.discoveredAt;
  const about = { id: `${run}-${id}`, source: at.source, time, subject: `${repository}:${tag}` };
  return cloudEvent(EVENT_TYPES[state], about, {
    run,
    image: `${at.host}/${repository}:${tag}`,
    repository,
    tag,
    state,
    reason,
    detail: detail === undefined ? undefined : plainText(detail, LONGEST_DETAIL),
    sourceDigest,
    patchTag,
    patchDigest,
    floatingTag,
    before: findings(target, 'before'),
    after: state === 'patched' ? findings(target, 'after') : undefined,
  });
}

function findings(target: Target, when: 'before' | 'after'): Severities | undefined {
  const critical = target[`${when}Critical`];
  if (critical === undefined) return undefined;
  return {
    critical,
    high: target[`${when}High`] ?? 0,
    medium: target[`${when}Medium`] ?? 0,
    low: target[`${when}Low`] ?? 0,
    unknown: target[`${when}Unknown`] ?? 0,
  };
}
