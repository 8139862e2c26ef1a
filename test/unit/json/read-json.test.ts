import { expect, it } from 'vitest';
import * as z from 'zod';
import { readJson } from '../../../lib/json/read-json.ts';

const Document = z.object({ name: z.string(), more: z.record(z.string(), z.number()).optional() });

function read(text: string, limits?: Parameters<typeof readJson>[2]) {
  return readJson(Document, new TextEncoder().encode(text), limits);
}

it('reads a document that matches its schema', () => {
  expect(read('{"name":"a","other":1}')).toEqual({ ok: true, value: { name: 'a' } });
});

it('names the path of the first mismatch without the value', () => {
  expect(read('{"name":"a","more":{"b":"secret"}}')).toEqual({
    ok: false,
    fault: 'does not match its schema: invalid_type at /more.b',
  });
});

it('shortens the path to one line without control characters', () => {
  const key = `a\\n\u202eb${'x'.repeat(1000)}`;

  const parsed = read(`{"name":"a","more":{"${key}":"secret"}}`);

  expect(parsed.ok ? '' : parsed.fault).toMatch(/ at \/more\.a bx{119}…$/);
});

it.each([
  ['{', 'is not JSON'],
  ['', 'is not JSON'],
  ['[[[1]]]', 'is nested too deeply'],
  ['[[],[],[]]', 'has too many values'],
  ['[1,2,3,4,5]', 'has too many values'],
  [`"${'x'.repeat(50)}"`, 'is too large'],
])('cannot read %j, which %s', (text, fault) => {
  const limits = { maxBytes: 50, maxDepth: 2, maxContainers: 3, maxValues: 4 };

  expect(read(text, limits)).toEqual({ ok: false, fault });
});

it('refuses bytes that are not UTF-8', () => {
  expect(readJson(Document, Uint8Array.of(0x22, 0xff, 0x22))).toEqual({
    ok: false,
    fault: 'is not UTF-8',
  });
});
