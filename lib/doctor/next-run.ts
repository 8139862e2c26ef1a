import { nextOccurrence } from '../settings/occurrences.ts';
import { MOST_YEARS } from '../settings/schedule.ts';
import type { Settings } from '../settings.ts';

/** When the schedule starts a run next: ISO 8601, UTC. Undefined if not within ten years. */
export function nextRun({ schedule }: Pick<Settings, 'schedule'>, now: Date): string | undefined {
  return nextOccurrence(schedule, now, MOST_YEARS)?.toISOString();
}
