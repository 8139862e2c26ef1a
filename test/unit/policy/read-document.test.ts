import { expect, it } from 'vitest';
import { faultLine, readDocument } from '../../../lib/policy/read-document.ts';

it('reads any JSON', () => {
  expect(readDocument('{"a":[1]}', 100)).toEqual({ ok: true, value: { a: [1] } });
});

it.each([
  ['"too long"', 5, /^the policy is larger than 5 bytes$/],
  ['[[[[[[[[[[[1]]]]]]]]]]]', 100, /^the policy is nested more deeply than 10 levels$/],
  [`[${'[],'.repeat(25_000)}1]`, 100_000, /^the policy has more than 25000 lists and objects$/],
  ['{"a":1,}', 100, /^the policy is not JSON: .*position 7/],
])('reports the fault of an invalid document: %#', (text, maxBytes, fault) => {
  expect(readDocument(text, maxBytes)).toEqual({ ok: false, fault: expect.stringMatching(fault) });
});

it('shortens a fault that quotes the document to one line', () => {
  const fault = faultLine(`Unrecognized key: "a\nb\u202e${'x'.repeat(1_000_000)}"`);

  expect(fault).toMatch(/^Unrecognized key: "a bx+…$/);
  expect(fault).toHaveLength(300);
});
