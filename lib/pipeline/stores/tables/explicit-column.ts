import * as z from 'zod';

/**
 * A text that rows hold as `''` if it is absent, because a filter can't find a missing column. Rows
 * of earlier versions lack the column.
 */
export function textOrEmpty<Schema extends z.ZodType<string>>(schema: Schema) {
  const stored: z.ZodType<z.output<Schema> | ''> = z.union([schema, z.literal('')]);
  return z.codec(stored.prefault(''), z.custom<z.output<Schema>>().optional(), {
    decode: (text) => (text === '' ? undefined : text),
    encode: (text) => text ?? '',
  });
}

/** A flag that rows hold as `false` if it is absent, for the same reason. */
export function flagOrFalse() {
  return z.codec(z.boolean().default(false), z.boolean().optional(), {
    decode: (stored) => (stored ? true : undefined),
    encode: (value) => value ?? false,
  });
}
