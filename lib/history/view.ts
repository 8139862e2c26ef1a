import * as z from 'zod';

/** What people and programs get: a column without a value is null, a time is ISO 8601 in UTC. */
export const Time = z.iso.datetime().nullable();
export const Text = z.string().nullable();
export const Flag = z.boolean().nullable();
export const Count = z.number().int().nonnegative().nullable();

type Nullable<Shape extends z.ZodRawShape> = {
  [Name in keyof Shape]: z.ZodNullable<
    Shape[Name] extends z.ZodOptional<infer Inner> ? Inner : Shape[Name]
  >;
};

/** The columns of a record as fields of a view: null without a value. */
export function nullable<Shape extends Readonly<Record<string, z.ZodType>>>(
  shape: Shape,
): Nullable<Shape> {
  const fields = Object.entries(shape).map(([name, schema]) => [
    name,
    z.nullable(schema instanceof z.ZodOptional ? schema.unwrap() : schema),
  ]);
  // The type of the entries is lost; the mapped type above says the same.
  return Object.fromEntries(fields) as Nullable<Shape>;
}

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
