import { plainText } from '../../text/plain-text.ts';
import { EVENT_TYPES } from '../../webhook/event-names.ts';
import { EXPOSURE_OF } from '../records/exposure.ts';
import { severitiesIn } from '../records/missed-targets.ts';
import type { Run } from '../records/run.ts';
import type { Target } from '../records/target.ts';
import { DEFAULT_TARGET_DAYS } from '../records/target-days.ts';
import { isTerminal } from '../records/target-states.ts';
import { type CloudEvent, cloudEvent } from './cloud-event.ts';

const DAY_MS = 24 * 3600 * 1000;
const LONGEST_DETAIL = 500;

/** True if a run found first that findings of the image are open for longer than their target. */
export function hasMissed(target: Target): boolean {
  return isTerminal(target.state) && severitiesIn(target.missed).length > 0;
}

export function missedKey({ id }: Pick<Target, 'id'>): string {
  return `missed-${id}`;
}

/** An image whose open findings have had a fix for longer than the target of their severity. */
export function missedEvent(
  target: Target,
  at: { readonly source: string; readonly host: string; readonly run: Pick<Run, 'targetDays'> },
): CloudEvent<(typeof EVENT_TYPES)['target-missed']> {
  const { runId: run, repository, tag, state, reason, detail } = target;
  const time = target.finishedAt ?? target.discoveredAt;
  const examined = target.examinedAt ?? time;
  const targets = at.run.targetDays ?? DEFAULT_TARGET_DAYS;
  const severities = severitiesIn(target.missed).map((severity) => {
    const since = target[EXPOSURE_OF[severity]];
    return {
      severity,
      fixSince: since?.toISOString(),
      days: since && Math.floor((examined.getTime() - since.getTime()) / DAY_MS),
      targetDays: targets[severity],
    };
  });
  const subject = `${repository}:${tag}`;
  const about = { id: `${run}-${missedKey(target)}`, source: at.source, time, subject };
  return cloudEvent(EVENT_TYPES['target-missed'], about, {
    run,
    image: `${at.host}/${subject}`,
    repository,
    tag,
    state,
    reason,
    detail: detail === undefined ? undefined : plainText(detail, LONGEST_DETAIL),
    severities,
  });
}
