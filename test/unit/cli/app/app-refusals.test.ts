import { expect, it } from 'vitest';
import { refusalOf } from '../../../../lib/cli/app/app-refusals.ts';

it.each([
  [300, /the app redirected/, /own address/],
  [302, /the app redirected/, /App Service Authentication/],
  [399, /the app redirected/, /own address/],
  [
    401,
    /refuses the function key or the token/,
    /az functionapp keys list.*az account get-access-token/,
  ],
  [403, /stopped, or refuses/, /az functionapp start.*app role/],
  [404, /no \/api\/doctor endpoint/, /func azure functionapp publish.*\/api\/health/],
  [500, /is not running/, /wait a minute.*\/api\/health/],
  [502, /is not running/, /wait a minute.*\/api\/health/],
  [503, /is not running/, /wait a minute.*\/api\/health/],
  [504, /did not finish in time/, /again/],
  [400, /unexpected response/, /check the address/],
  [418, /unexpected response/, /check the address/],
])('explains the status %d', (status, what, whatToDo) => {
  const [message, options] = refusalOf(status, 'https://x/api/doctor');

  expect(message).toMatch(what);
  expect(message).toContain(`(status ${status})`);
  expect(options.where).toBe('https://x/api/doctor');
  expect(options.whatToDo).toMatch(whatToDo);
});
