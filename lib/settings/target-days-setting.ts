import * as z from 'zod';
import { LONGEST_TARGET, TargetDays, TargetSeverity } from '../pipeline/records/target-days.ts';
import { plainText } from '../text/plain-text.ts';

/** Parses `critical=7,high=30`, with commas or blanks between the severities, or `none`. */
export const TargetDaysSetting = z.string().transform((text, context): TargetDays => {
  const parts = text.trim() === 'none' ? [] : text.split(/[\s,]+/).filter(Boolean);
  const found = new Map<string, number>();
  const faults = parts.flatMap((part) => {
    const [name = '', days = '', more] = part.split('=');
    const quoted = `"${plainText(part, 40)}"`;
    if (more !== undefined || !/^\d{1,3}$/.test(days)) return [`${quoted} has no number of days`];
    if (!TargetSeverity.safeParse(name).success) return [`${quoted} has no known severity`];
    if (found.has(name)) return [`${quoted} repeats a severity`];
    if (Number(days) < 1 || Number(days) > LONGEST_TARGET) {
      return [`${quoted} is not from 1 to ${LONGEST_TARGET} days`];
    }
    found.set(name, Number(days));
    return [];
  });
  const targets = TargetDays.safeParse(Object.fromEntries(found));
  if (faults.length === 0 && targets.success) return targets.data;
  const rule = `must be such as critical=7,high=30 (of ${TargetSeverity.options.join(', ')}), or none`;
  context.addIssue({ code: 'custom', message: `${rule}: ${faults.join('; ')}` });
  return z.NEVER;
});
