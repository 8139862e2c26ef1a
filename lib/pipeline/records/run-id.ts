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

const LAST_MILLISECOND = 9_999_999_999_999;

/** The row key: newest first, and found from the id alone. */
export function runRowKey(runId: RunId): string {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z/.exec(runId);
  if (parts === null) throw new Error('not a run id');
  const [, year, month, day, hour, minute, second] = parts;
  const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return `${String(LAST_MILLISECOND - milliseconds).padStart(13, '0')}-${runId}`;
}
