import { expect, it } from 'vitest';
import { parseRunRequest } from '../../../../lib/pipeline/run/run-request.ts';

it.each([
  ['', {}],
  ['{}', {}],
  ['{"dryRun": true}', { dryRun: true }],
  ['{"images": ["team/api:1.4"], "retry": true}', { images: ['team/api:1.4'], retry: true }],
])('accepts the body %j', (text, value) => {
  expect(parseRunRequest(text)).toEqual({ ok: true, value });
});

it.each([
  ['{', /^the body: is not JSON/],
  ['[]', /^the body: must be an object$/],
  ['{"dryRun": "no"}', /dryRun: must be true or false/],
  ['{"retry": true}', /retry: needs a list of images/],
  ['{"images": []}', /images: must name at least one image/],
  ['{"images": ["api", "a:b:c", "team/api:1"]}', /images\[0\]: must be.*\nimages\[1\]: must be/s],
  [JSON.stringify({ images: Array(101).fill('a:1') }), /images: may name 100 images/],
  ['{"image": "team/api:1.4"}', /^image: is unknown: the body may have dryRun, images and retry$/],
])('names the fault of the body %j', (text, says) => {
  const parsed = parseRunRequest(text);

  const faults = parsed.ok ? [] : parsed.fault;
  expect(faults.map(({ field, fault }) => `${field}: ${fault}`).join('\n')).toMatch(says);
});

it('bounds the name of an unknown field, and their number', () => {
  const long = parseRunRequest(JSON.stringify({ ['x'.repeat(60_000)]: 1 }));
  const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`k${at}`, 1]));

  expect(long.ok ? 0 : long.fault[0]?.field.length).toBeLessThanOrEqual(101);
  expect(parseRunRequest(JSON.stringify(many))).toMatchObject({ fault: { length: 100 } });
});
