import * as z from 'zod';

/**
 * An untrusted list whose parsing stops after `faultyItems` faulty items. zod makes an object of
 * several hundred bytes for each fault, so four megabytes of faulty text could take more than a gigabyte.
 */
export function items<Item>(
  item: z.ZodType<Item>,
  limits: {
    readonly least?: number;
    readonly most: number;
    readonly faultyItems?: number;
    /** Words a fault whose schema has no message of its own. */
    readonly error?: z.core.$ZodErrorMap;
  },
): z.ZodType<Item[]> {
  const { least = 0, most, faultyItems = 1, error } = limits;
  return z
    .array(z.unknown())
    .min(least)
    .max(most)
    .transform((values, context) => {
      const parsed: Item[] = [];
      let faulty = 0;
      for (const [at, value] of values.entries()) {
        const one = item.safeParse(value, error && { error });
        if (one.success) {
          parsed.push(one.data);
          continue;
        }
        for (const issue of one.error.issues) {
          // zod has no type for an issue that is passed on, but the shape is the same.
          const moved = { ...issue, path: [at, ...issue.path] };
          context.issues.push(moved as z.core.$ZodRawIssue);
        }
        faulty += 1;
        if (faulty >= faultyItems) break;
      }
      return faulty === 0 ? parsed : z.NEVER;
    });
}
