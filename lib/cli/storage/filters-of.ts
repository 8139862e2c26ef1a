import type * as z from 'zod';
import { parseFilters } from '../../history/filters.ts';
import { UsageError } from '../cli-error.ts';
import type { Invocation } from '../command.ts';

/** Parses options as filters. An option has its filter's name with hyphens. */
export function filtersOf<Filters>(
  schema: z.ZodType<Filters> & { readonly shape: object },
  invocation: Invocation,
): Filters {
  const given = Object.keys(schema.shape).map((name) => {
    const value = invocation.value(optionOf(name));
    return [name, value ?? (invocation.flag(optionOf(name)) ? 'true' : undefined)] as const;
  });
  const parsed = parseFilters(schema, Object.fromEntries(given));
  if (parsed.ok) return parsed.value;
  const [first] = parsed.fault;
  throw new UsageError(`option "--${optionOf(first?.field ?? '')}" ${first?.fault ?? 'is wrong'}`);
}

function optionOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
