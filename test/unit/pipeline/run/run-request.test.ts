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
  ['{', /the body is not JSON/],
  ['[]', /the body: /],
  ['{"dryRun": "no"}', /dryRun: must be true or false/],
  ['{"retry": true}', /retry: needs a list of images/],
  ['{"images": []}', /images: must name at least one image/],
  ['{"images": ["api", "a:b:c", "team/api:1"]}', /images\[0\]: must be.*\nimages\[1\]: must be/s],
  [JSON.stringify({ images: Array(101).fill('a:1') }), /images: may name 100 images/],
  ['{"image": "team/api:1.4"}', /the body: .*image/],
])('names the fault of the body %j', (text, says) => {
  const parsed = parseRunRequest(text);

  expect(parsed.ok ? undefined : parsed.fault).toMatch(says);
});
