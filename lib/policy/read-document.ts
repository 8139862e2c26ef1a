import { type JsonFault, parseBoundedJson } from '../json/bounded-json.ts';
import type { Result } from '../result.ts';
import { plainText } from '../text/plain-text.ts';
import { truncate } from '../text/truncate.ts';

/** Ten thousand entries need two arrays or objects each; the rest leaves room to report faults. */
const LIMITS = { maxDepth: 10, maxContainers: 25_000 };
/** In UTF-16 code units. zod quotes unknown keys in full length. */
const MAX_FAULT = 300;

/** Parses the policy's text within limits, before any schema is applied. */
export function readDocument(text: string, maxBytes: number): Result<unknown> {
  const parsed = parseBoundedJson(new TextEncoder().encode(text), { ...LIMITS, maxBytes });
  if (parsed.ok) return parsed;
  return {
    ok: false,
    fault: faultLine(`the policy ${wordsFor(parsed.fault, { text, maxBytes })}`),
  };
}

/** Makes one line of a fault. It quotes the document, which must not forge lines in a row or log. */
export function faultLine(fault: string): string {
  return plainText(truncate(fault, 4 * MAX_FAULT), MAX_FAULT);
}

function wordsFor(
  fault: JsonFault,
  { text, maxBytes }: { readonly text: string; readonly maxBytes: number },
): string {
  switch (fault) {
    case 'too-large':
      return `is larger than ${maxBytes} bytes`;
    case 'too-deep':
      return `is nested more deeply than ${LIMITS.maxDepth} levels`;
    case 'too-many-values':
      return `has more than ${LIMITS.maxContainers} lists and objects`;
    case 'not-utf-8':
    case 'not-json':
      return `is not JSON: ${whyNot(text)}`;
    default:
      return fault satisfies never;
  }
}

/** Returns the JavaScript engine's message, which says where the JSON breaks. */
function whyNot(text: string): string {
  try {
    JSON.parse(text);
    return 'unknown error';
  } catch (error) {
    return error instanceof Error ? error.message : 'unknown error';
  }
}
