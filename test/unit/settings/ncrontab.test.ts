import { describe, expect, it } from 'vitest';
import { type Ncrontab, readNcrontab } from '../../../lib/settings/ncrontab.ts';

function scheduleOf(text: string): Ncrontab {
  const reading = readNcrontab(text);
  if (!reading.ok) throw new Error(reading.fault);
  return reading.schedule;
}

describe('readNcrontab', () => {
  it.each([
    ['lists, in order and once each', '0 30,5,5 * * * *', { minutes: [5, 30] }],
    ['a range', '0 0 22-23 * * *', { hours: [22, 23] }],
    ['a reversed range, from its lower end', '0 0 3-1 * * *', { hours: [1, 2, 3] }],
    ['a step over the whole field', '0 */20 * * * *', { minutes: [0, 20, 40] }],
    ['a step from a value to the field’s end', '0 50/4 * * * *', { minutes: [50, 54, 58] }],
    ['a step within a range', '0 10-14/2 * * * *', { minutes: [10, 12, 14] }],
    ['a step below 1, as 1', '0 1-3/0 * * * *', { minutes: [1, 2, 3] }],
    ['names, in any case', '0 0 0 * DEC Sat,sun', { months: [12], weekdays: [0, 6] }],
    ['the first of several names', '0 0 0 * j t', { months: [1], weekdays: [2] }],
    ['five fields, at second 0', '15 2 * * *', { seconds: [0], minutes: [15], hours: [2] }],
    ['several blanks between fields', '  0  0   2 1 * *', { hours: [2], days: [1] }],
  ])('reads %s: %s', (_, text, wanted) => {
    expect(scheduleOf(text)).toMatchObject(wanted);
  });

  it('reads every value of a field from `*`', () => {
    const { seconds, hours, days, months, weekdays } = scheduleOf('* * * * * *');

    expect([seconds.length, hours.length]).toEqual([60, 24]);
    expect([days[0], days.at(-1), months[0], months.at(-1)]).toEqual([1, 31, 1, 12]);
    expect(weekdays).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it.each([
    ['0 0 2 * *  * *', 'must have five or six fields, but has 7'],
    ['0 2 * *', 'must have five or six fields, but has 4'],
    ['60 0 0 * * *', 'the field for the second is invalid'],
    ['0 60 0 * * *', 'the field for the minute is invalid'],
    ['0 0 24 * * *', 'the field for the hour is invalid'],
    ['0 0 0 0 * *', 'the field for the day is invalid'],
    ['0 0 0 32 * *', 'the field for the day is invalid'],
    ['0 0 0 * 13 *', 'the field for the month is invalid'],
    ['0 0 0 * * 7', 'the field for the day of the week is invalid'],
    ['0 0 0 * * Funday', 'the field for the day of the week is invalid'],
    ['0 1-x 0 * * *', 'the field for the minute is invalid'],
    ['0 1- 0 * * *', 'the field for the minute is invalid'],
    ['0 1, 0 * * *', 'the field for the minute is invalid'],
    ['0 1/x 0 * * *', 'the field for the minute is invalid'],
    ['0 1/2147483648 0 * * *', 'the field for the minute is invalid'],
  ])('refuses %s: %s', (text, fault) => {
    expect(readNcrontab(text)).toEqual({ ok: false, fault });
  });

  it('keeps the ends and the step of each item as they are written', () => {
    const reading = readNcrontab('0 */-5 0 * * Fri-Mon');

    expect(reading.ok && reading.items[1]).toEqual([{ ends: [], first: 0, last: 59, step: -5 }]);
    expect(reading.ok && reading.items[5]).toEqual([
      { ends: ['Fri', 'Mon'], first: 5, last: 1, step: 1 },
    ]);
  });
});
