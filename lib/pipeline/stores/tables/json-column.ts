import * as z from 'zod';

/** A value that is stored as JSON in a column: Table Storage has no lists. */
export function jsonColumn<Value extends z.ZodType>(value: Value): z.ZodCodec<z.ZodString, Value> {
  return z.codec(z.string(), value, {
    decode: (text, context) => {
      try {
        return JSON.parse(text);
      } catch {
        context.issues.push({ code: 'custom', input: text, message: 'not JSON' });
        return z.NEVER;
      }
    },
    encode: (content) => JSON.stringify(content),
  });
}
