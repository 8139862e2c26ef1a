import { z } from 'zod';
import { sha256Hex } from '../../image/digest.ts';

/** A run's id: the UTC second when it was due, sortable, and four hexadecimal digits. */
export const RunId = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[a-f0-9]{4}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/** Derives the id from the due time and trigger, so that one occurrence can't start two runs. */
export function runIdOf(due: Date, trigger: string): RunId {
  const stamp = due.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return RunId.parse(`${stamp}Z-${sha256Hex(`${trigger} ${stamp}`).slice(0, 4)}`);
}
