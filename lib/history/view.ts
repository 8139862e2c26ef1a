import * as z from 'zod';

/** What people and programs get: a column without a value is null, a time is ISO 8601 in UTC. */
export const Time = z.iso.datetime().nullable();
export const Text = z.string().nullable();
export const Flag = z.boolean().nullable();
export const Count = z.number().int().nonnegative().nullable();
export const Amount = z.number().nonnegative().nullable();

/** Takes the view's fields from a record. Others are the app's own. */
export function viewOf<Shape extends z.ZodRawShape>(
  view: z.ZodObject<Shape>,
  record: object,
): z.infer<z.ZodObject<Shape>> {
  const known = new Map<string, unknown>(Object.entries(record));
  const fields = Object.keys(view.shape).map((name) => [name, plain(known.get(name))]);
  return view.parse(Object.fromEntries(fields));
}

function plain(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : (value ?? null);
}
