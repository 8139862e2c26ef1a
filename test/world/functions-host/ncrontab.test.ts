import { describe, expect, it } from 'vitest';
import { parseNcrontab } from './ncrontab.ts';

describe('parseNcrontab', () => {
  it.each([
    ['0 0 2 * * *', '2026-11-24T02:00:00.000Z', true],
    ['0 */5 * * * *', '2026-11-23T12:05:00.000Z', true],
    ['*/5 * * * *', '2026-11-23T12:05:00.000Z', true],
    ['*/10 * * * * *', '2026-11-23T12:00:10.000Z', false],
    ['0 30 9 * jan-mar Mon', '2027-01-04T09:30:00.000Z', true],
  ])('reads %s, in UTC', (expression, next, monitored) => {
    const schedule = parseNcrontab(expression);

    expect(schedule.next(new Date('2026-11-23T12:00:00Z')).toISOString()).toBe(next);
    expect(schedule.monitored).toBe(monitored);
  });

  it.each([
    '@daily',
    '0 0 2 * *  * *',
    '0 0 2 L * *',
    '0 0 2 ? * *',
    'H 0 2 * * *',
    '61 * * * * *',
    '',
  ])('refuses %j', (expression) => {
    expect(() => parseNcrontab(expression)).toThrow();
  });
});
