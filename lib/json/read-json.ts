import type * as z from 'zod';
import type { Result } from '../result.ts';
import { plainText } from '../text/plain-text.ts';
import { type JsonFault, type JsonLimits, parseBoundedJson } from './bounded-json.ts';

/** Limits for a small document. A manifest of a thousand layers has some five thousand values. */
export const DOCUMENT_LIMITS: JsonLimits = {
  maxBytes: 4 * 1024 * 1024,
  maxDepth: 20,
  maxContainers: 100_000,
  maxValues: 100_000,
};

const MAX_PATH = 128;

/**
 * Reads untrusted JSON that must match a schema. Never throws. The fault completes a sentence, such as
 * `is not JSON`, and names the place of the first mismatch without its value.
 */
export function readJson<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  limits = DOCUMENT_LIMITS,
): Result<z.infer<Schema>> {
  const json = parseBoundedJson(bytes, limits);
  if (!json.ok) return { ok: false, fault: wordsFor(json.fault) };

  const parsed = schema.safeParse(json.value);
  if (parsed.success) return { ok: true, value: parsed.data };

  const issue = parsed.error.issues[0];
  const path = plainText((issue?.path ?? []).map(String).join('.'), MAX_PATH);
  return { ok: false, fault: `does not match its schema: ${issue?.code ?? 'invalid'} at /${path}` };
}

/** Completes a sentence, such as `is not JSON`. */
export function wordsFor(fault: JsonFault): string {
  return WORDS[fault];
}

const WORDS: Readonly<Record<JsonFault, string>> = {
  'too-large': 'is too large',
  'too-deep': 'is nested too deeply',
  'too-many-values': 'has too many values',
  'not-utf-8': 'is not UTF-8',
  'not-json': 'is not JSON',
};
