import { describe, expect, it } from 'vitest';
import { Currency, Price, priceFaults, pricesOf } from '../../../lib/settings/price-settings.ts';

const faultsOf = (...names: string[]) => priceFaults((name) => names.includes(name));
const VCPU = 'PATCHWRIGHT_PRICE_VCPU_HOUR';
const GB = 'PATCHWRIGHT_PRICE_GB_HOUR';
const CURRENCY = 'PATCHWRIGHT_PRICE_CURRENCY';
const FACTOR = 'PATCHWRIGHT_PRICE_CONFIDENTIAL_FACTOR';
const STORAGE = 'PATCHWRIGHT_PRICE_STORAGE_OPERATIONS';

describe('prices', () => {
  it('are absent unless all of them are set', () => {
    expect(pricesOf({})).toBeUndefined();
    expect(pricesOf({ [VCPU]: 0.04, [GB]: 0.005 })).toBeUndefined();
    expect(pricesOf({ [VCPU]: 0.04, [GB]: 0.005, [CURRENCY]: 'EUR' })).toEqual({
      vcpuHour: 0.04,
      gbHour: 0.005,
      confidentialFactor: undefined,
      storageOperations: undefined,
      currency: 'EUR',
    });
  });

  it('have a price of requests to storage only if it is set', () => {
    const prices = pricesOf({ [VCPU]: 0.04, [GB]: 0.005, [CURRENCY]: 'EUR', [STORAGE]: 0.036 });

    expect(prices).toMatchObject({ storageOperations: 0.036 });
  });

  it('are set together, and the others only with them', () => {
    expect(faultsOf()).toEqual([]);
    expect(faultsOf(VCPU, GB, CURRENCY)).toEqual([]);
    expect(faultsOf(VCPU, CURRENCY)).toEqual([`${GB} is missing: ${VCPU} is set`]);
    expect(faultsOf(FACTOR)).toHaveLength(3);
    expect(faultsOf(STORAGE)).toHaveLength(3);
  });

  it.each(['0.0405', '12', '0.0000112'])('may be %s', (text) => {
    expect(Price.parse(text)).toBe(Number(text));
  });

  it.each(['0', '-1', '1,5', '1e3', '.5', '', 'free'])('may not be %j', (text) => {
    expect(Price.safeParse(text).success).toBe(false);
  });

  it('have a currency of letters', () => {
    expect(Currency.safeParse('EUR').success).toBe(true);
    expect(Currency.safeParse('=1+1').success).toBe(false);
  });
});
