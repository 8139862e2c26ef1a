import type { Result } from '../result.ts';

/** Limits on untrusted JSON, checked before it is parsed. */
export interface JsonLimits {
  readonly maxBytes: number;
  /** Nesting of arrays and objects. */
  readonly maxDepth: number;
  /** Number of arrays and objects. An empty one takes two bytes of text and dozens of memory. */
  readonly maxContainers: number;
  /**
   * Number of values; unlimited if absent. For each value that does not match its schema, zod makes an
   * object of some hundred bytes.
   */
  readonly maxValues?: number;
}

export type JsonFault = 'too-large' | 'too-deep' | 'too-many-values' | 'not-utf-8' | 'not-json';

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Parses untrusted JSON. Never throws. */
export function parseBoundedJson(
  bytes: Uint8Array,
  limits: JsonLimits,
): Result<unknown, JsonFault> {
  if (bytes.byteLength > limits.maxBytes) return { ok: false, fault: 'too-large' };

  const fault = shapeFault(bytes, limits);
  if (fault !== undefined) return { ok: false, fault };

  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { ok: false, fault: 'not-utf-8' };
  }

  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, fault: 'not-json' };
  }
}

/**
 * Counts in one pass over the bytes. In UTF-8, no part of a longer character equals one of these bytes.
 */
function shapeFault(bytes: Uint8Array, limits: JsonLimits): JsonFault | undefined {
  const { maxDepth, maxContainers, maxValues = Infinity } = limits;
  let depth = 0;
  let values = 1;
  let containers = 0;
  let inString = false;

  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
      depth += 1;
      containers += 1;
      if (depth > maxDepth) return 'too-deep';
      if (containers > maxContainers) return 'too-many-values';
    } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
      depth -= 1;
    } else if (byte === COMMA) {
      values += 1;
      if (values > maxValues) return 'too-many-values';
    }
  }
  return undefined;
}
