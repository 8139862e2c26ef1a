import * as z from 'zod';
import type { Prices } from '../pipeline/records/run-use.ts';

const PRICE_RULE = 'must be a number such as 0.0405';
const CURRENCY_RULE = 'must have 1 to 10 letters, such as EUR';

/** A price or factor as decimal text, above zero. */
export const Price = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,12})?$/, PRICE_RULE)
  .transform(Number)
  .pipe(z.number().positive('must be above 0'));

export const Currency = z.string().regex(/^[A-Za-z]{1,10}$/, CURRENCY_RULE);

/** A price alone would be a wrong cost. */
const TOGETHER = [
  'PATCHWRIGHT_PRICE_VCPU_HOUR',
  'PATCHWRIGHT_PRICE_GB_HOUR',
  'PATCHWRIGHT_PRICE_CURRENCY',
] as const;
const ONLY_WITH_THEM = [
  'PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR',
  'PATCHWRIGHT_PRICE_STORAGE_OPERATIONS',
] as const;

interface PriceSettings {
  readonly PATCHWRIGHT_PRICE_VCPU_HOUR?: number | undefined;
  readonly PATCHWRIGHT_PRICE_GB_HOUR?: number | undefined;
  readonly PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR?: number | undefined;
  readonly PATCHWRIGHT_PRICE_STORAGE_OPERATIONS?: number | undefined;
  readonly PATCHWRIGHT_PRICE_CURRENCY?: string | undefined;
}

/** Undefined without prices: then a run has no cost. */
export function pricesOf(settings: PriceSettings): Prices | undefined {
  const vcpuHour = settings.PATCHWRIGHT_PRICE_VCPU_HOUR;
  const gbHour = settings.PATCHWRIGHT_PRICE_GB_HOUR;
  const currency = settings.PATCHWRIGHT_PRICE_CURRENCY;
  if (vcpuHour === undefined || gbHour === undefined || currency === undefined) return undefined;
  const confidentialFactor = settings.PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR;
  const storageOperations = settings.PATCHWRIGHT_PRICE_STORAGE_OPERATIONS;
  return { vcpuHour, gbHour, confidentialFactor, storageOperations, currency };
}

export function priceFaults(has: (name: string) => boolean): readonly string[] {
  const given = [...TOGETHER, ...ONLY_WITH_THEM].find(has);
  if (given === undefined) return [];
  const missing = TOGETHER.filter((name) => !has(name));
  return missing.map((name) => `${name} is missing: ${given} is set`);
}
