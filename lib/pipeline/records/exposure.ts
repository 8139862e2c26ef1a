import * as z from 'zod';
import { SEVERITIES, type Severity } from '../../report/finding.ts';
import type { TagIndex } from './tag-index.ts';

const Since = z.date().optional();

/**
 * Since when the oldest open finding of each severity has had a fix, in the tag's newest patch or in its
 * image without a patch. Absent if none is open. `examinedAt` is when this was found. `unlisted` counts
 * the open findings that have no row in PatchwrightFindings and are not in the other columns.
 */
export const EXPOSURE_COLUMNS = {
  examinedAt: Since,
  openSinceCritical: Since,
  openSinceHigh: Since,
  openSinceMedium: Since,
  openSinceLow: Since,
  openSinceUnknown: Since,
  unlisted: z.number().int().positive().optional(),
};
const Exposure = z.object(EXPOSURE_COLUMNS);
export type Exposure = z.infer<typeof Exposure>;

/** The column of each severity. */
export const EXPOSURE_OF = {
  critical: 'openSinceCritical',
  high: 'openSinceHigh',
  medium: 'openSinceMedium',
  low: 'openSinceLow',
  unknown: 'openSinceUnknown',
} as const satisfies Record<Severity, Exclude<keyof Exposure, 'unlisted'>>;

export function exposureOf(
  { findings, unlisted }: Pick<TagIndex, 'findings' | 'unlisted'>,
  examinedAt: Date,
): Exposure {
  const oldest = new Map<string, Date>();
  for (const { state, severity, fixSince } of findings.values()) {
    if (state !== 'open' || fixSince === undefined) continue;
    const known = oldest.get(severity);
    if (known === undefined || fixSince < known) oldest.set(severity, fixSince);
  }
  const [critical, high, medium, low, unknown] = SEVERITIES.map((severity) => oldest.get(severity));
  return {
    examinedAt,
    openSinceCritical: critical,
    openSinceHigh: high,
    openSinceMedium: medium,
    openSinceLow: low,
    openSinceUnknown: unknown,
    unlisted,
  };
}

/** The same columns of a record that has more. */
export function exposureIn(record: Exposure): Exposure {
  const { examinedAt, openSinceCritical, openSinceHigh } = record;
  const { openSinceMedium, openSinceLow, openSinceUnknown, unlisted } = record;
  const lower = { openSinceMedium, openSinceLow, openSinceUnknown, unlisted };
  return { examinedAt, openSinceCritical, openSinceHigh, ...lower };
}
