import type { Status } from '../../history/status.ts';
import { daysText } from '../output/days-text.ts';

const DAY_MS = 24 * 3600 * 1000;

/** What is open and for how long, and how long patches took, one severity a line. */
export function exposureFacts(
  { exposure, timeToPatch }: Pick<Status, 'exposure' | 'timeToPatch'>,
  now: Date,
): readonly (readonly [string, string | null])[] {
  const open = exposure.flatMap(({ severity, images, oldestSince, targetDays, beyondTarget }) => {
    if (oldestSince === null) return [];
    const days = Math.floor((now.getTime() - Date.parse(oldestSince)) / DAY_MS);
    const target =
      targetDays === null ? '' : `; ${beyondTarget} beyond the target of ${daysText(targetDays)}`;
    return [
      `${severity}: ${images} ${images === 1 ? 'image' : 'images'}, the oldest fix for ${daysText(days)}${target}`,
    ];
  });
  const taken = timeToPatch.map(
    ({ severity, patched, meanDays, percentile95Days, withinTarget }) => {
      const share =
        withinTarget === null ? '' : `, ${Math.floor(withinTarget * 100)} % within the target`;
      const mean = `${daysText(meanDays)} on average, 95 % within ${daysText(percentile95Days)}`;
      return `${severity}: ${patched} ${patched === 1 ? 'vulnerability' : 'vulnerabilities'} in ${mean}${share}`;
    },
  );
  return [
    ['exposed', open.length === 0 ? null : open.join('\n')],
    ['patched in', taken.length === 0 ? null : taken.join('\n')],
  ];
}
