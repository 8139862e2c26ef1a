import * as z from 'zod';
import { sha256Hex } from '../../image/digest.ts';

/** A run's id: the UTC second when it was due, sortable, and four hexadecimal digits. */
export const RunId = z
  .string()
  .regex(/^\d{8}T\d{6}Z-[a-f0-9]{4}$/, 'must be the id of a run, such as 20261123T020000Z-7f3a')
  .brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;

/**
 * Derives the id from the due time and trigger, so that one occurrence of a schedule can't start two
 * runs. A request adds its own id, so that two in one second get a run each.
 */
export function runIdOf(due: Date, trigger: string, request = ''): RunId {
  const stamp = due.toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const seed = request === '' ? `${trigger} ${stamp}` : `${trigger} ${stamp} ${request}`;
  return RunId.parse(`${stamp}Z-${sha256Hex(seed).slice(0, 4)}`);
}
