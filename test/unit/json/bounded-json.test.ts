import { expect, it } from 'vitest';
import { parseBoundedJson } from '../../../lib/json/bounded-json.ts';

const LIMITS = { maxBytes: 1000, maxDepth: 3, maxContainers: 10, maxValues: 20 };

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

it('parses JSON within its limits', () => {
  const brackets = '[[[[{{{{"]]';
  const commas = ','.repeat(100);
  const value = { a: [{ b: brackets, c: commas }] };

  const parsed = parseBoundedJson(bytesOf(JSON.stringify(value)), LIMITS);

  expect(parsed).toEqual({ ok: true, value });
});

it.each([
  { what: 'too many bytes', text: `"${'x'.repeat(1000)}"`, fault: 'too-large' },
  { what: 'nested lists', text: '[[[[1]]]]', fault: 'too-deep' },
  { what: 'nested objects', text: '{"a":{"a":{"a":{}}}}', fault: 'too-deep' },
  { what: 'too many containers', text: `[${'[],'.repeat(10)}1]`, fault: 'too-many-values' },
  { what: 'too many values', text: `[${'1,'.repeat(20)}1]`, fault: 'too-many-values' },
  { what: 'an incomplete document', text: '{"a":', fault: 'not-json' },
  { what: 'an empty document', text: '', fault: 'not-json' },
])('refuses $what', ({ text, fault }) => {
  const parsed = parseBoundedJson(bytesOf(text), LIMITS);

  expect(parsed).toEqual({ ok: false, fault });
});

it('refuses bytes that are not UTF-8', () => {
  const bytes = Uint8Array.of(0x22, 0xff, 0xfe, 0x22);

  const parsed = parseBoundedJson(bytes, LIMITS);

  expect(parsed).toEqual({ ok: false, fault: 'not-utf-8' });
});

it('refuses ten million brackets, nested or side by side', () => {
  const limits = { maxBytes: 32_000_000, maxDepth: 64, maxContainers: 1_000_000 };

  const deep = parseBoundedJson(Buffer.alloc(10_000_000, '['), limits);
  const wide = parseBoundedJson(Buffer.from(`[${'[],'.repeat(5_000_000)}1]`), limits);

  expect(deep).toEqual({ ok: false, fault: 'too-deep' });
  expect(wide).toEqual({ ok: false, fault: 'too-many-values' });
});
