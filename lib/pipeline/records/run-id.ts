import { z } from 'zod';
import { sha256Hex } from '../../image/digest.ts';

/** A run's id: the sortable UTC second that it was due, and four hexadecimal digits. */
export const RunId = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[a-f0-9]{4}$/)
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/** Derived from what started the run, so that the same occurrence can't start two. */
export function runIdOf(due: Date, trigger: string): RunId {
  const stamp = due.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  return RunId.parse(`${stamp}Z-${sha256Hex(`${trigger} ${stamp}`).slice(0, 4)}`);
}
