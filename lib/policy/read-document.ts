import { type JsonFault, parseBoundedJson } from '../json/bounded-json.ts';
import { plainText } from '../text/plain-text.ts';
import { truncate } from '../text/truncate.ts';

/** Two arrays and objects for each of ten thousand repositories, and some to name faults in. */
const LIMITS = { maxDepth: 10, maxContainers: 25_000 };
/** In UTF-16 code units. zod names the keys that it does not know, however long they are. */
const MAX_FAULT = 300;

export type PolicyDocument =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly fault: string };

/** The policy's text as a value that may be anything yet, but not large enough to do harm. */
export function readDocument(text: string, maxBytes: number): PolicyDocument {
  const parsed = parseBoundedJson(new TextEncoder().encode(text), { ...LIMITS, maxBytes });
  if (parsed.ok) return parsed;
  return { ok: false, fault: faultLine(`the policy ${wordsFor(parsed.fault, text)}`) };
}

/** A fault quotes the document, and goes on into a row and a log: it can forge no line there. */
export function faultLine(fault: string): string {
  return plainText(truncate(fault, 4 * MAX_FAULT), MAX_FAULT);
}

function wordsFor(fault: JsonFault, text: string): string {
  switch (fault) {
    case 'too-large':
      return 'is larger than any policy may be';
    case 'too-deep':
      return 'is nested more deeply than any policy';
    case 'too-many-values':
      return 'has more lists and objects than ten thousand repositories need';
    case 'not-utf-8':
    case 'not-json':
      return `is not JSON: ${whyNot(text)}`;
    default:
      return fault satisfies never;
  }
}

/** Where it stops being JSON, in the words of the engine. */
function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'unknown error';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown error';
  }
}
