import fc from 'fast-check';

/** Known harmful texts, as a path, a line, a web page, a spreadsheet cell or a key. */
const HOSTILE_TEXTS = [
  '../../etc/passwd',
  '..\\..\\windows',
  'a\nb\r\n\u2028c',
  '\u001b[2J\u0000',
  '12\u202e7.21',
  '__proto__',
  'constructor',
  'toString',
  '<script>alert(1)</script>',
  '=HYPERLINK("https://example.com")',
  '@SUM(1)',
  '\ud800',
  '%2e%2e%2f',
  'x'.repeat(100_000),
] as const;
/** Tries each of them, and random texts. */
export const EACH_TEXT = {
  examples: HOSTILE_TEXTS.map((text): [string] => [text]),
  numRuns: HOSTILE_TEXTS.length + 3,
};
export const hostileText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_TEXTS) },
  fc.string({ unit: 'binary', maxLength: 40 }),
);

const number = fc.constantFrom(-1, 0, 1.5, 1e308, Number.MAX_SAFE_INTEGER + 1);
const leaf = fc.oneof(hostileText, number, fc.boolean(), fc.constant(null));
const shallow = fc.oneof(leaf, fc.array(leaf, { maxLength: 4 }), fc.dictionary(hostileText, leaf));

/** Objects with the keys that the parsers read, and any values. */
const nearly = fc.dictionary(
  fc.constantFrom(
    ...['version', 'kind', 'jobId', 'attempt', 'images', 'tools', 'advisoryPlatforms'],
    ...['SchemaVersion', 'Metadata', 'Results', 'repositories', 'tag-convention'],
    ...['runId', 'wake', '__proto__', 'constructor'],
  ),
  fc.oneof(fc.constantFrom(1, 2, 'v1', 'scan', 'patch'), shallow),
);

/** Any JSON: the arbitrary for results, reports, messages and policies. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  shallow,
  nearly,
  fc.array(nearly, { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Inputs that only consume memory or stack: name → bytes. */
export const OVERSIZED: ReadonlyMap<string, () => Uint8Array> = new Map([
  ['ten megabytes that are not JSON', () => Buffer.alloc(10_000_000, 'x')],
  ['a string of ten megabytes', () => Buffer.from(JSON.stringify('x'.repeat(10_000_000)))],
  ['a key of ten megabytes', () => Buffer.from(JSON.stringify({ ['x'.repeat(10_000_000)]: 1 }))],
  ['a hundred thousand lists in one another', () => nested('[', ']')],
  ['a hundred thousand objects in one another', () => nested('{"__proto__":', '}', '1')],
  ['three million empty lists', () => Buffer.from(`[${'[],'.repeat(3_000_000)}[]]`)],
  ['half a list', () => Buffer.from(`[${'1,'.repeat(100_000)}`)],
  ['bytes that are not UTF-8', () => Buffer.from([0xff, 0xfe, 0x00])],
  ['empty', () => new Uint8Array()],
]);

function nested(open: string, close: string, inner = ''): Uint8Array {
  return Buffer.from(`${open.repeat(100_000)}${inner}${close.repeat(100_000)}`);
}

/** Returns the keys that were added to the prototype of all objects. */
export function pollution(): readonly string[] {
  const own = Reflect.ownKeys(Object.prototype).filter((key) => !NATIVE.has(key));
  return own.map(String);
}

const NATIVE: ReadonlySet<PropertyKey> = new Set(Reflect.ownKeys(Object.prototype));
